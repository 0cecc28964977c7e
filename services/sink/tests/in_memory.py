"""A log, a journal and a table in memory; the latter two can be told to fail or to die at any call."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import repeat

import pyarrow as pa
from sink.events_to_block import Block, Record, RowKey
from sink.intent import Progress, decode, encode
from sink.ports import FencedError, Saved, TableAwayError


class Fate(Enum):
    """What becomes of one call."""

    OK = "ok"
    REFUSED = "nothing done, and said so"
    ANSWER_LOST = "done, but the caller hears an error"
    HALF = "an insert's first part is there, its second is not"
    GHOST = "the token is remembered, the rows are gone"
    DIES_BEFORE = "the sink dies before the call"
    DIES_AFTER = "the sink dies after the call"
    DIES_HALF = "the sink dies when half of the insert is there"


class SinkDied(BaseException):
    """The process is gone: nothing of it may run any more."""


def always_ok() -> Iterator[Fate]:
    return repeat(Fate.OK)


def last_accounted(ledger: Iterable[tuple[object, ...]], partition: int) -> dict[str, int]:
    """The last source offset of a partition by incarnation, out of a ledger's keys."""
    found: dict[str, int] = {}
    for *_, incarnation, source_partition, source_offset in ledger:
        if source_partition == partition:
            found[str(incarnation)] = max(found.get(str(incarnation), 0), int(str(source_offset)))
    return found


class InMemoryLog:
    """Records that do not change; `on_drained` is called when there is nothing left to read."""

    def __init__(self, records: Iterable[Record], on_drained: Callable[[], None] = lambda: None) -> None:
        self._records = list(records)
        self._at = 0
        self.on_drained = on_drained
        self.stuck = False

    async def bounds(self) -> tuple[int, int]:
        return (self._records[0].offset, self._records[-1].offset + 1) if self._records else (0, 0)

    def seek(self, offset: int) -> None:
        self._at = offset

    async def read(self, timeout_s: float) -> list[Record]:
        found = [record for record in self._records if record.offset >= self._at][:3]
        if found:
            self._at = found[-1].offset + 1
        else:
            self.on_drained()
            await asyncio.sleep(min(timeout_s, 0.001))
        return found

    def end(self) -> int | None:
        return self._records[-1].offset + 1 if self._records else None

    async def is_stuck(self) -> bool:
        return self.stuck


class InMemoryJournal:
    """Progress as the text that Kafka would keep."""

    def __init__(self, fates: Iterator[Fate] | None = None) -> None:
        self._fates = fates or always_ok()
        self.kept: tuple[int, str] | None = None

    async def fetch(self) -> Saved | None:
        return None if self.kept is None else Saved(self.kept[0], decode(self.kept[1]))

    async def commit(self, offset: int, progress: Progress) -> None:
        fate = next(self._fates)
        if fate is Fate.DIES_BEFORE:
            raise SinkDied
        if fate in (Fate.REFUSED, Fate.HALF, Fate.GHOST):
            raise FencedError
        self.kept = offset, encode(progress)
        if fate in (Fate.DIES_AFTER, Fate.DIES_HALF):
            raise SinkDied


class InMemoryTable:
    """Rows by key, in two parts an insert (as months part them), each part deduplicated by token."""

    def __init__(self, fates: Iterator[Fate] | None = None) -> None:
        self._fates = fates or always_ok()
        self._tokens: set[tuple[str, int]] = set()
        self.rows: Counter[tuple[int, RowKey]] = Counter()
        self.inserts: list[str] = []
        self.ledger: dict[tuple[object, ...], int] = {}

    async def insert(self, rows: pa.Table, token: str) -> None:
        fate = next(self._fates)
        if fate is Fate.DIES_BEFORE:
            raise SinkDied
        if fate is Fate.REFUSED:
            raise TableAwayError
        self.inserts.append(token)
        half = rows.num_rows // 2
        self._insert_part(rows.slice(0, half), token, 0, ghost=False)
        if fate is Fate.DIES_HALF:
            raise SinkDied
        if fate is Fate.HALF:
            raise TableAwayError
        self._insert_part(rows.slice(half), token, 1, ghost=fate is Fate.GHOST)
        if fate is Fate.DIES_AFTER:
            raise SinkDied
        if fate in (Fate.ANSWER_LOST, Fate.GHOST):
            raise TableAwayError

    async def account(self, ledger: pa.Table) -> None:
        for line in ledger.to_pylist():
            beacons = line.pop("beacons")
            self.ledger[tuple(line.values())] = beacons

    async def accounted(self, partition: int) -> dict[str, int]:
        return last_accounted(self.ledger, partition)

    async def held(self, block: Block) -> dict[RowKey, int]:
        first, last = block.source_span()
        mine = ((key, n) for (partition, key), n in self.rows.items() if partition == block.partition)
        return {key: copies for key, copies in mine if first <= key[0] <= last}

    async def has_rows(self) -> bool:
        return bool(self.rows)

    def _insert_part(self, rows: pa.Table, token: str, part: int, *, ghost: bool) -> None:
        if (token, part) in self._tokens:
            return
        self._tokens.add((token, part))
        if not ghost:
            names = ("source_partition", "source_offset", "source_place", "event_id")
            for partition, *key in zip(*(rows[name].to_pylist() for name in names), strict=True):
                self.rows[partition, (key[0], key[1], key[2])] += 1
