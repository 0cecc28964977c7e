"""What the enricher needs from outside: the log of both topics, and the day's secrets."""

from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from typing import Protocol

import msgspec
from contract.dead_letter import DeadLetter
from contract.envelope import EventEnvelope


class Record(msgspec.Struct, frozen=True):
    """A record of `beacons`."""

    partition: int
    offset: int
    timestamp_ms: int
    value: bytes


class Log(Protocol):
    """The topics. Whatever goes wrong is raised, and ends the process: nothing is skipped."""

    async def incarnation(self) -> bytes:
        """The topic id of `beacons`."""

    async def committed(self, partition: int) -> int:
        """The group's committed offset of `beacons`, 0 where it has none, and never beyond its end."""

    async def first_offset(self, partition: int) -> int:
        """The oldest offset of `beacons` that retention has left."""

    async def ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Of each partition of `beacons` the offset behind its last record."""

    def tail(self, partition: int, silence_ms: int) -> AsyncIterator[tuple[int, EventEnvelope]]:
        """Time and envelope of the records of `events` that lie at most `silence_ms` before its last one."""

    def beacons(self, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """The records of `beacons` from `start` to before `end` that are still there."""

    async def emit(self, partition: int, envelope: EventEnvelope, timestamp_ms: int) -> Awaitable[None]:
        """Append to `events` behind whatever was emitted before; what it returns is done once acknowledged."""

    async def bury(self, letter: DeadLetter) -> None:
        """Append to `dead-letters`; returns once it is acknowledged."""
