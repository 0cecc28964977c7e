"""Sections in, records of `events` out: gathered by partition, sent in order, and awaited together."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field

from contract.envelope import VERSION, EventEnvelope, Section
from contract.limits import MAX_ENVELOPE_BYTES

from enricher.partition_state import PartitionState
from enricher.ports import Log

_EVENTS_A_RECORD = 500
_SECTIONS_A_RECORD = 1_000
_SOURCE_BYTES_A_RECORD = 2 * MAX_ENVELOPE_BYTES
"""Of the envelopes that became its sections. Events are larger than beacons by some hundred bytes, so that a record
stays far below what `events` takes, also with one more envelope of the largest size."""


@dataclass
class _Gathered:
    """Sections of one partition for its next record."""

    state: PartitionState
    sections: list[Section] = field(default_factory=list)
    events: int = 0
    source_bytes: int = 0

    def is_full(self) -> bool:
        return (
            self.events >= _EVENTS_A_RECORD
            or self.source_bytes >= _SOURCE_BYTES_A_RECORD
            or len(self.sections) >= _SECTIONS_A_RECORD
        )


class Outbox:
    """What a batch of source records became; sections share records, since each record costs a round trip."""

    def __init__(self, topics: Log) -> None:
        self._topics = topics
        self._waiting: dict[int, _Gathered] = {}
        self._in_flight: list[Awaitable[None]] = []

    async def add(self, partition: int, state: PartitionState, section: Section, source_bytes: int = 0) -> None:
        """Take the next section of a partition, made of an envelope of so many bytes; its mark counts it as written."""
        gathered = self._waiting.setdefault(partition, _Gathered(state))
        gathered.sections.append(section)
        gathered.events += len(section.events)
        gathered.source_bytes += source_bytes
        state.wrote(section)
        if gathered.is_full():
            await self._send(partition)

    async def settle(self) -> None:
        """Return once every section is acknowledged. Raises what the log raises; the marks are void then."""
        for partition in list(self._waiting):
            await self._send(partition)
        in_flight, self._in_flight = self._in_flight, []
        await asyncio.gather(*in_flight)

    async def _send(self, partition: int) -> None:
        gathered = self._waiting.pop(partition)
        state, sections = gathered.state, gathered.sections
        envelope = EventEnvelope(VERSION, state.incarnation, sections, state.collector_marks)
        # the stream's time, so that a reader finds by time what a live session may rest on
        at_ms = state.sessions.stream_ms or sections[-1].received_ms
        self._in_flight.append(await self._topics.emit(partition, envelope, at_ms))
