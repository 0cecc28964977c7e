"""A timer: jobs by name and a pause in; each runs once a tick. What is away fails a tick and not the process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from runtime import log
from runtime.background import Background

Job = Callable[[], Awaitable[object]]

_STALE_AFTER_TICKS = 10
_STALE_AFTER_S = 30.0
_log = log.get(__name__)


class StaleError(Exception):
    """A job has not succeeded for a while."""


class Ticker:
    """A component that runs its jobs every `tick_s` seconds; errors of the kinds `away` are counted by `on_away`."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        tick_s: float,
        away: tuple[type[BaseException], ...],
        on_away: Callable[[str], object],
        *,
        starts_ticked: bool = False,
    ) -> None:
        self._jobs = jobs
        self._tick_s = tick_s
        self._away = away
        self._on_away = on_away
        self._starts_ticked = starts_ticked
        self._succeeded_s: dict[str, float] = {}
        self._ticking = Background(self._keep_ticking)

    async def start(self) -> None:
        """Begin; where it `starts_ticked`, the first tick is over by then, and what no retry can heal is raised."""
        if self._starts_ticked:
            await self.tick()
        self._ticking.start()

    async def stop(self) -> None:
        """Tick no more; a job that is running is left half way, which every job must allow."""
        await self._ticking.stop()

    async def failed(self) -> None:
        """Raise where a job raised what no retry can heal."""
        await self._ticking.failed()

    async def tick(self) -> None:
        """Each job once."""
        for name, job in self._jobs.items():
            try:
                await job()
            except self._away as error:
                self._on_away(name)
                _log.warning("tick_failed", job=name, error=type(error).__name__)
            else:
                self._succeeded_s[name] = time.monotonic()

    def check(self, name: str) -> Callable[[], Awaitable[None]]:
        """A health check of a job: raises StaleError where its last success is ten ticks, and half a minute, old."""

        async def fresh() -> None:
            succeeded_s = self._succeeded_s.get(name)
            if succeeded_s is None:
                raise StaleError("has not succeeded yet")
            silent_s = time.monotonic() - succeeded_s
            if silent_s > max(_STALE_AFTER_TICKS * self._tick_s, _STALE_AFTER_S):
                raise StaleError(f"last succeeded {silent_s:.0f} s ago")

        return fresh

    async def _keep_ticking(self) -> None:
        if self._starts_ticked:
            await asyncio.sleep(self._tick_s)
        while True:
            await self.tick()
            await asyncio.sleep(self._tick_s)
