"""The ports behind which envelopes become durable: a log, and a spool on disk for while the log is away."""

from collections.abc import Collection, Sequence
from typing import Protocol

from collector.beacon_to_envelope import Envelope, LaneName


class NotAppendedError(Exception):
    """The envelope is not known to be durable; it may be in the log all the same."""


class EnvelopeLog(Protocol):
    """Ordered within a lane; a lane appends one envelope at a time and awaits it."""

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; waits until the log can be asked."""

    async def append(self, envelope: Envelope) -> None:
        """Return once the envelope is durable. Raises NotAppendedError."""


class RunLog(EnvelopeLog, Protocol):
    """A log that also takes several envelopes at once."""

    async def append_run(self, envelopes: Sequence[Envelope]) -> None:
        """Return once all are durable: envelopes of one lane, in order, all or none. Raises NotAppendedError."""

    async def ready(self) -> None:
        """A health check: raises NotAppendedError while a partition cannot be reached."""


class Spool(Protocol):
    """Envelopes on disk, first in first out within a lane. What was appended outlives the process and the power."""

    @property
    def trouble(self) -> str:
        """Why the last write failed; empty where it did not."""

    def __len__(self) -> int:
        """How many envelopes it holds."""

    def lanes(self) -> Collection[LaneName]:
        """Lanes that hold something."""

    def oldest_ms(self) -> int | None:
        """Receive time of the oldest beacon in it, Unix milliseconds; None where it is empty."""

    async def append(self, envelope: Envelope) -> None:
        """Return once the envelope is on disk. Raises NotAppendedError where the spool is full or cannot write."""

    async def first(self, lane: LaneName, most_bytes: int) -> list[Envelope]:
        """The first envelopes of a lane, at least one, of so many bytes at most. Raises OSError."""

    async def drop_first(self, lane: LaneName, count: int) -> None:
        """Forget so many of a lane's first envelopes: they are in the log."""
