"""The job of a tick: find stale days, rebuild each, swap it in. May be killed anywhere, and run twice at once."""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from runtime import log

from rollup import metrics
from rollup.days_to_rebuild import finished

_log = log.get(__name__)


class Days(Protocol):
    """Where days of sessions are kept."""

    async def stale(self) -> list[date]:
        """The UTC days whose sessions were not built from the events that stand."""

    async def rebuild(self, day: date) -> None:
        """Make a day's sessions anew from its events and swap them in, whole or not at all."""

    async def clear_leftovers(self) -> None:
        """Drop what builders that died long ago have left."""


class Rebuilding:
    """Rebuilds at most `most_days` a tick, so that a stop never waits long."""

    def __init__(self, days: Days, today: Callable[[], date], most_days: int) -> None:
        self._days = days
        self._today = today
        self._most_days = most_days

    async def tick(self) -> None:
        """Every stale day that is over, the latest first, up to the bound."""
        await self._days.clear_leftovers()
        due = finished(await self._days.stale(), self._today())
        metrics.STALE_DAYS.set(len(due))
        for day in due[: self._most_days]:
            with metrics.REBUILD_S.time():
                await self._days.rebuild(day)
            metrics.REBUILT.inc()
            metrics.STALE_DAYS.dec()
            _log.info("day_rebuilt", day=day.isoformat())
