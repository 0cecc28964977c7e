"""What the delivery of a partition needs of the outside: a log to read, a journal of progress, a table."""

from collections.abc import Mapping
from typing import Protocol

import msgspec
import pyarrow as pa

from sink.events_to_block import Block, Record, RowKey
from sink.intent import Progress


class FencedError(Exception):
    """The partition belongs to another sink by now: nothing may be inserted for it here."""


class TableAwayError(Exception):
    """ClickHouse did not confirm; the message holds its error code at most. What was sent may or may not be there."""


class Saved(msgspec.Struct, frozen=True):
    """What the journal holds of a partition."""

    offset: int
    progress: Progress | None
    """None where an offset was set without saying how far the source had been taken in."""


class Log(Protocol):
    """Records of one partition of `events`, in order."""

    async def bounds(self) -> tuple[int, int]:
        """The offset of the first record that is still there, and the one after the last."""

    def seek(self, offset: int) -> None:
        """Read on from that offset."""

    async def read(self, timeout_s: float) -> list[Record]:
        """The next few records, none where none came in time."""

    def end(self) -> int | None:
        """The offset after the newest record, as far as known."""

    async def is_stuck(self) -> bool:
        """Whether nothing has come for a while though there is more to read."""


class Journal(Protocol):
    """Progress of one partition, fenced by the group's generation."""

    async def fetch(self) -> Saved | None:
        """The last commit, None where there never was one."""

    async def commit(self, offset: int, progress: Progress) -> None:
        """Offset and progress in one atomic record. Raises FencedError."""


class Table(Protocol):
    """ClickHouse's table of events. Every call raises TableAwayError."""

    async def insert(self, rows: pa.Table, token: str) -> None:
        """Insert once: a token that was seen before changes nothing."""

    async def account(self, ledger: pa.Table) -> None:
        """Write lines of the loss ledger; one that was written before is replaced by its like."""

    async def accounted(self, partition: int) -> Mapping[str, int]:
        """The last source offset of the partition that the loss ledger knows of, by incarnation."""

    async def held(self, block: Block) -> Mapping[RowKey, int]:
        """How often each row of the block is there, others of its range beside."""

    async def has_rows(self) -> bool:
        """Whether any row came through the log."""
