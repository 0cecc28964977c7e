"""The partitions this process owns, and the way of their records: each source offset once, in order, none left out.

Where to go on is told by the tail of `events[p]` and never by the group's committed offset: what is at or below the
mark is passed over, and what is missing is read here first.
"""

import asyncio
import time
from collections.abc import Iterable

from contract.envelope import Section
from contract.limits import SESSION_TIMEOUT_MS
from contract.outcomes import MINUTE_MS, UNKNOWN_SITE_ID, DeadReason, Tally
from runtime import log

from enricher import metrics
from enricher.outbox import Outbox
from enricher.partition_state import PartitionState
from enricher.ports import Log, Record
from enricher.record_to_section import SectionMaker

_log = log.get(__name__)
_MOST_READ_ON = 500
"""Records at a time: what Faust brings for other partitions waits meanwhile."""


class Partitions:
    """States by partition, rebuilt from the log when first needed. Not for two callers at a time."""

    def __init__(self, topics: Log, sections: SectionMaker) -> None:
        self._topics = topics
        self._sections = sections
        self._states: dict[int, PartitionState] = {}
        self.generation = 0
        """Changes with every assignment: what was handed over under an earlier one is void."""

    def forget(self) -> None:
        """Another process may write to them from now on, so what we know of them is void."""
        self.generation += 1
        self._states.clear()

    def known(self, partition: int) -> PartitionState | None:
        """The state of a partition; None before it is rebuilt."""
        return self._states.get(partition)

    async def take_over(self, partition: int) -> None:
        """Rebuild a partition, and carry what was committed to Kafka and never written to `events`."""
        await self._carry_up_to(partition, await self._state_of(partition), await self._topics.committed(partition))

    async def read_on(self, partition: int, end: int) -> bool:
        """Carry some of what lies before `end`, though nobody handed it over; True where some is left."""
        state = await self._state_of(partition)
        await self._carry_up_to(partition, state, min(end, _next(state) + _MOST_READ_ON))
        return _next(state) < end

    async def _carry_up_to(self, partition: int, state: PartitionState, end: int) -> None:
        outbox = Outbox(self._topics)
        await self._fill(partition, state, end, outbox)
        await outbox.settle()

    async def carry(self, records: Iterable[Record]) -> None:
        """Return once every record's section is acknowledged; what `forget` makes void meanwhile is left to others."""
        outbox, generation = Outbox(self._topics), self.generation
        for record in records:
            if generation != self.generation:
                # a state rebuilt now would not know of what still waits in the outbox
                break
            state = await self._state_of(record.partition)
            if record.offset < _next(state):
                metrics.ENVELOPES.labels("passed_over").inc()
                continue
            await self._fill(record.partition, state, record.offset, outbox)
            await self._carry(record, state, outbox)
            # a batch may take a quarter of a second: let what was sent leave meanwhile, and health checks be answered
            await asyncio.sleep(0)
        await outbox.settle()

    async def _state_of(self, partition: int) -> PartitionState:
        state = self._states.get(partition)
        if state is None:
            generation = self.generation
            state = await self._rebuilt(partition)
            if generation == self.generation:
                self._states[partition] = state
        return state

    async def _rebuilt(self, partition: int) -> PartitionState:
        state = PartitionState(await self._topics.incarnation())
        async for record_ms, envelope in self._topics.tail(partition, SESSION_TIMEOUT_MS):
            state.restore(record_ms, envelope)
        if state.mark is None:
            state.mark = await self._topics.first_offset(partition) - 1
        _log.info("partition_rebuilt", partition=partition, mark=state.mark, visitors=len(state.sessions))
        return state

    async def _fill(self, partition: int, state: PartitionState, end: int, outbox: Outbox) -> None:
        """Carry what lies between the mark and `end`: Faust starts at the committed offset, which may be ahead."""
        if _next(state) >= end:
            return
        _log.warning("reading_missing_range", partition=partition, start=_next(state), end=end)
        async for record in self._topics.beacons(partition, _next(state), end):
            await self._write_off(partition, state, record.offset, outbox)
            await self._carry(record, state, outbox)
        await self._write_off(partition, state, end, outbox)

    async def _carry(self, record: Record, state: PartitionState, outbox: Outbox) -> None:
        section = await self._sections.section_of(record, state)
        await outbox.add(record.partition, state, section, len(record.value))
        metrics.VISITORS.labels(record.partition).set(len(state.sessions))

    async def _write_off(self, partition: int, state: PartitionState, end: int, outbox: Outbox) -> None:
        """Empty sections for envelopes that retention took before they were read, counted as expired."""
        gone = range(_next(state), end)
        if not gone:
            return
        _log.error("envelopes_expired_unread", partition=partition, start=gone.start, end=gone.stop)
        metrics.ENVELOPES.labels("expired").inc(len(gone))
        now_ms = state.sessions.stream_ms or time.time_ns() // 1_000_000
        expired = Tally(UNKNOWN_SITE_ID, now_ms // MINUTE_MS, DeadReason.EXPIRED.value, 1)
        for offset in gone:
            await outbox.add(partition, state, Section(offset, dead=[expired], received_ms=now_ms))


def _next(state: PartitionState) -> int:
    return 0 if state.mark is None else state.mark + 1
