"""The timer: every tick runs each job once; an engine that is away fails a tick and not the process."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping

import psycopg
from runtime import lifecycle, log
from tides.holder import wall_clock_ms
from tides.store import STORE_ERRORS

from salt_cron import metrics

Job = Callable[[int], Awaitable[object]]
"""Takes the time in Unix milliseconds."""

_AWAY = (psycopg.Error, *STORE_ERRORS)
_STALE_AFTER_TICKS = 10
_log = log.get(__name__)


class StaleError(Exception):
    """A job has not succeeded for a while."""


class Timer:
    """A component that runs jobs, by name, every `tick_s`."""

    def __init__(self, jobs: Mapping[str, Job], tick_s: float, clock_ms: Callable[[], int] = wall_clock_ms) -> None:
        self._jobs = jobs
        self._tick_s = tick_s
        self._clock_ms = clock_ms
        self._succeeded_s: dict[str, float] = {}
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run the first tick, then go on; raises what no retry can heal, as a wrong master key."""
        await self.tick()
        self._ticking = asyncio.create_task(self._keep_ticking())

    async def stop(self) -> None:
        """Tick no more; a job that is running is left half way, which every job allows."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking

    async def failed(self) -> None:
        """Raise where a job raised what no retry can heal."""
        if self._ticking is None:
            await lifecycle.forever()
        else:
            await asyncio.shield(self._ticking)

    async def tick(self) -> None:
        """Each job once."""
        for name, job in self._jobs.items():
            try:
                await job(self._clock_ms())
            except _AWAY as error:
                metrics.FAILED_TICKS.labels(name).inc()
                _log.warning("tick_failed", job=name, error=type(error).__name__)
            else:
                self._succeeded_s[name] = time.monotonic()

    def check(self, name: str) -> Callable[[], Awaitable[None]]:
        """A health check of a job: raises StaleError where its last success is ten ticks old."""

        async def fresh() -> None:
            succeeded_s = self._succeeded_s.get(name)
            if succeeded_s is None:
                raise StaleError("has not succeeded yet")
            if time.monotonic() - succeeded_s > _STALE_AFTER_TICKS * self._tick_s:
                raise StaleError(f"last succeeded {time.monotonic() - succeeded_s:.0f} s ago")

        return fresh

    async def _keep_ticking(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            await self.tick()
