"""A time in; returns once everything that was received by then is in ClickHouse, or will never be."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from contract.progress import StoredMark
from runtime import log

from repeats import metrics
from repeats.ports import AwayError, Collectors, Progress, unheard

_log = log.get(__name__)
_SAY_SO_AFTER_LOOKS = 40


class _Goal(msgspec.Struct):
    """Where the partitions of `beacons` ended when every collector was past the time."""

    incarnation: str = ""
    ends: dict[int, int] = {}


class Completeness:
    """Asks collectors first and the end of `beacons` after them: what one has let go of lies before it."""

    def __init__(
        self,
        collectors: Collectors,
        progress: Progress,
        grace_s: float,
        look_again_s: float = 0.25,
        beat: Callable[[], None] = unheard,
    ) -> None:
        self._collectors = collectors
        self._progress = progress
        self._grace_ms = int(grace_s * 1000)
        self._look_again_s = look_again_s
        self._beat = beat

    async def past(self, received_ms: int) -> None:
        """Return once storage is complete past this receive time, however long that takes."""
        await self._until("collectors", lambda: self._collectors_are_past(received_ms))
        goal = _Goal()
        await self._until("storage", lambda: self._is_stored(goal))

    async def _collectors_are_past(self, received_ms: int) -> bool:
        oldest_ms = self._collectors.oldest_ms()
        return oldest_ms is not None and oldest_ms > received_ms + self._grace_ms

    async def _is_stored(self, goal: _Goal) -> bool:
        incarnation, bounds = await self._progress.incarnation(), await self._progress.bounds()
        if goal.incarnation != incarnation:
            # at the first look, or `beacons` was made anew: what was in the old one is gone
            goal.incarnation, goal.ends = incarnation, {partition: end for partition, (_, end) in bounds.items()}
        marks = await self._progress.marks()
        # of a partition with nothing left before that end, all is stored, or retention has taken it
        waited_for = {partition: end for partition, end in goal.ends.items() if bounds[partition][0] < end}
        return all(_reaches(marks.get(partition), incarnation, end) for partition, end in waited_for.items())

    async def _until(self, what: str, holds: Callable[[], Awaitable[bool]]) -> None:
        looks = 0
        with metrics.WAITING.labels(what).track_inprogress():
            while not await _holds(holds):
                looks += 1
                self._beat()
                if looks % _SAY_SO_AFTER_LOOKS == 0:
                    _log.info("waiting", what=what)
                await asyncio.sleep(self._look_again_s)


async def _holds(holds: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await holds()
    except AwayError as error:
        _log.warning("away", error=str(error))
        return False


def _reaches(mark: StoredMark | None, incarnation: str, end: int) -> bool:
    return mark is not None and mark.incarnation == incarnation and mark.source_offset >= end - 1
