"""Records of `beacons` in, in any order that Faust hands them; each source offset's section out once, in order.

Where to go on is told by the tail of `events[p]` and never by the group's committed offset: what is at or below the
mark is passed over, what is missing is read here first. One record at a time, over all partitions.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from contract.envelope import VERSION, EventEnvelope, Section
from contract.limits import SESSION_TIMEOUT_MS
from contract.outcomes import UNKNOWN_SITE_ID, DeadReason, Tally
from runtime import log

from enricher import metrics
from enricher.partition_state import PartitionState
from enricher.ports import Log, Record
from enricher.record_to_section import SectionMaker

_log = log.get(__name__)
_MINUTE_MS = 60_000
_GONE_AT_ONCE = 1_000
"""Empty sections a record, where retention took envelopes that nobody had read."""


class HeldError(Exception):
    """The dead-letter limit was passed."""


class Intake:
    """Owns the partitions' states. Whatever fails here ends the process, with the record unacknowledged."""

    def __init__(self, topics: Log, sections: SectionMaker) -> None:
        self._topics = topics
        self._sections = sections
        self._states: dict[int, PartitionState] = {}
        self._generation = 0
        self._one_at_a_time = asyncio.Lock()
        self._failure: asyncio.Future[None] | None = None
        self._taking_over: set[asyncio.Task[None]] = set()

    def assigned(self, partitions: Iterable[int]) -> None:
        """These partitions are ours from now on: rebuild each from its log, and fetch what was committed too early."""
        self.revoked()
        for partition in sorted(partitions):
            task = asyncio.create_task(self._guarded(partial(self._take_over, partition)))
            self._taking_over.add(task)
            task.add_done_callback(self._taking_over.discard)

    def revoked(self) -> None:
        """No partition is ours any longer: another process may write to them, so what we know of them is void."""
        self._generation += 1
        self._states.clear()
        for task in self._taking_over:
            task.cancel()

    async def take(self, record: Record) -> None:
        """Return once the record's events are acknowledged; never returns where that failed."""
        await self._guarded(partial(self._take, record))

    async def failed(self) -> None:
        """Raise what made a record or a rebuild fail."""
        await asyncio.shield(self._failing())

    async def ready(self) -> None:
        """A health check: raises HeldError."""
        if self._sections.held:
            raise HeldError("the dead-letter limit was passed; look at them, then restart")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._one_at_a_time:
                await work()
        except Exception as error:  # noqa: BLE001  handed to failed(), which ends the process
            if not self._failing().done():
                self._failing().set_exception(error)
            # the record must not be acknowledged, and returning would
            await asyncio.Event().wait()

    def _failing(self) -> asyncio.Future[None]:
        if self._failure is None:
            self._failure = asyncio.get_running_loop().create_future()
        return self._failure

    async def _take_over(self, partition: int) -> None:
        state = await self._state_of(partition)
        await self._fill(partition, state, await self._topics.committed(partition))

    async def _take(self, record: Record) -> None:
        state = await self._state_of(record.partition)
        if state.mark is not None and record.offset <= state.mark:
            metrics.ENVELOPES.labels("passed_over").inc()
            return
        await self._fill(record.partition, state, record.offset)
        await self._carry(record, state)

    async def _state_of(self, partition: int) -> PartitionState:
        state = self._states.get(partition)
        if state is None:
            generation = self._generation
            state = await self._rebuilt(partition)
            if generation == self._generation:
                self._states[partition] = state
        return state

    async def _rebuilt(self, partition: int) -> PartitionState:
        incarnation = await self._topics.incarnation()
        state = PartitionState(incarnation)
        async for record_ms, envelope in self._topics.tail(partition, SESSION_TIMEOUT_MS):
            state.restore(record_ms, envelope)
        state.start_over_unless(incarnation)
        if state.mark is None:
            state.mark = await self._topics.first_offset(partition) - 1
        _log.info("partition_rebuilt", partition=partition, mark=state.mark, sessions=len(state.sessions))
        return state

    async def _fill(self, partition: int, state: PartitionState, end: int) -> None:
        """Carry what lies between the mark and `end`: Faust starts at the committed offset, which may be ahead."""
        if _next(state) >= end:
            return
        _log.warning("reading_missing_range", partition=partition, start=_next(state), end=end)
        async for record in self._topics.beacons(partition, _next(state), end):
            await self._write_off(partition, state, record.offset)
            await self._carry(record, state)
        await self._write_off(partition, state, end)

    async def _carry(self, record: Record, state: PartitionState) -> None:
        section = await self._sections.section_of(record, state)
        await self._emit(record.partition, state, [section], state.sessions.stream_ms or record.timestamp_ms)
        metrics.SESSIONS.labels(record.partition).set(len(state.sessions))
        metrics.DELAY_S.observe(max(0.0, time.time() - record.timestamp_ms / 1_000))

    async def _write_off(self, partition: int, state: PartitionState, end: int) -> None:
        """Empty sections for envelopes that retention took before they were read, counted as expired."""
        while (start := _next(state)) < end:
            offsets = range(start, min(end, start + _GONE_AT_ONCE))
            _log.error("envelopes_expired_unread", partition=partition, start=offsets.start, end=offsets.stop)
            metrics.ENVELOPES.labels("expired").inc(len(offsets))
            now_ms = state.sessions.stream_ms or time.time_ns() // 1_000_000
            expired = Tally(UNKNOWN_SITE_ID, now_ms // _MINUTE_MS, DeadReason.EXPIRED.value, 1)
            sections = [Section(offset, dead=[expired], received_ms=now_ms) for offset in offsets]
            await self._emit(partition, state, sections, now_ms)

    async def _emit(self, partition: int, state: PartitionState, sections: list[Section], at_ms: int) -> None:
        envelope = EventEnvelope(VERSION, state.incarnation, sections, state.collector_marks)
        await self._topics.emit(partition, envelope, at_ms)
        state.mark = sections[-1].source_offset


def _next(state: PartitionState) -> int:
    return 0 if state.mark is None else state.mark + 1
