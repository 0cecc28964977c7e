"""Tells the loss ledger how far storage has come: by partition, before which time all that `beacons` held is stored.

Where the log of `beacons` ends is asked first and the time noted; once the partition's mark has come that far, whatever
Kafka had acknowledged by then is stored, or counted as something else. What collectors still hold is not in it.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from sink.steps.marks import Mark


class Ends(msgspec.Struct, frozen=True):
    """Where partitions of `beacons` ended at a time."""

    asked_ms: int
    incarnation: str
    """Hex of the topic's id."""
    offsets: dict[int, int]
    """Partition to the offset after its last record."""
    partitions: int
    """How many the topic has."""


class Source(Protocol):
    """What knows where `beacons` ends."""

    async def ends(self, partitions: list[int]) -> Ends:
        """Ask for those partitions. Raises KafkaError or TopicIdError."""


class ReachTable(Protocol):
    """Where the reach is written."""

    async def reach(self, reached_ms: Mapping[int, int], partitions: int) -> None:
        """Write Unix milliseconds by partition. Raises TableAwayError."""


class ReachTeller:
    """Looks at where the source ends, and says so once what lay before that is stored."""

    def __init__(self, source: Source, table: ReachTable, stored: Callable[[], Mapping[int, Mark]]) -> None:
        self._source = source
        self._table = table
        self._stored = stored
        self._awaited: dict[int, Ends] = {}

    async def tell(self) -> None:
        """One look. Raises what source and table raise."""
        marks = self._stored()
        unasked = [partition for partition in marks if partition not in self._awaited]
        if unasked:
            self._awaited |= dict.fromkeys(unasked, await self._source.ends(unasked))
        reached = {p: ends for p, ends in self._awaited.items() if p in marks and is_reached(ends, p, marks[p])}
        if reached:
            partitions = max(ends.partitions for ends in reached.values())
            await self._table.reach({p: ends.asked_ms for p, ends in reached.items()}, partitions)
        self._awaited = {p: ends for p, ends in self._awaited.items() if p in marks and p not in reached}


def is_reached(ends: Ends, partition: int, mark: Mark) -> bool:
    """True where everything that the partition held at that time lies at or below the mark."""
    end = ends.offsets[partition]
    return end == 0 or (mark.incarnation == ends.incarnation and mark.source_offset >= end - 1)
