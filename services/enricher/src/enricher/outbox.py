"""Sections in, records of `events` out: gathered by partition, sent in order, and awaited together."""

import asyncio
from collections.abc import Awaitable

from contract.envelope import VERSION, EventEnvelope, Section

from enricher.partition_state import PartitionState
from enricher.ports import Log

_EVENTS_A_RECORD = 500
_SECTIONS_A_RECORD = 1_000


class Outbox:
    """What a batch of source records became; sections share records, since each record costs a round trip."""

    def __init__(self, topics: Log) -> None:
        self._topics = topics
        self._waiting: dict[int, tuple[PartitionState, list[Section]]] = {}
        self._in_flight: list[Awaitable[None]] = []

    async def add(self, partition: int, state: PartitionState, section: Section) -> None:
        """Take the next section of a partition; the partition's mark counts it as written from here on."""
        _, sections = self._waiting.setdefault(partition, (state, []))
        sections.append(section)
        state.wrote(section)
        full = sum(len(waiting.events) for waiting in sections) >= _EVENTS_A_RECORD
        if full or len(sections) >= _SECTIONS_A_RECORD:
            await self._send(partition)

    async def settle(self) -> None:
        """Return once every section is acknowledged. Raises what the log raises; the marks are void then."""
        for partition in list(self._waiting):
            await self._send(partition)
        in_flight, self._in_flight = self._in_flight, []
        await asyncio.gather(*in_flight)

    async def _send(self, partition: int) -> None:
        state, sections = self._waiting.pop(partition)
        envelope = EventEnvelope(VERSION, state.incarnation, sections, state.collector_marks)
        # the stream's time, so that a reader finds by time what a live session may rest on
        at_ms = state.sessions.stream_ms or sections[-1].received_ms
        self._in_flight.append(await self._topics.emit(partition, envelope, at_ms))
