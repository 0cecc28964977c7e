"""The timer: a tick, a pause, again; an event store that is away fails a tick and not the process."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from runtime import lifecycle, log

from rollup import metrics
from rollup.adapters.session_days import AWAY

_STALE_AFTER_TICKS = 10
_log = log.get(__name__)


class NotYetError(Exception):
    """No tick has succeeded lately."""


class Timer:
    """A component that runs `tick` every `tick_s` seconds, and is ready once one has succeeded."""

    def __init__(self, tick: Callable[[], Awaitable[None]], tick_s: float) -> None:
        self._tick = tick
        self._tick_s = tick_s
        self._succeeded_s: float | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first tick runs at once, beside whatever starts next."""
        self._ticking = asyncio.create_task(self._keep_ticking())

    async def stop(self) -> None:
        """Tick no more; a rebuild that is running is dropped, which leaves its day as it was."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking

    async def failed(self) -> None:
        """Raise where a tick raised what no retry can heal."""
        if self._ticking is None:
            await lifecycle.forever()
        else:
            await asyncio.shield(self._ticking)

    async def fresh(self) -> None:
        """A health check. Raises NotYetError where the last success is ten ticks old."""
        if self._succeeded_s is None:
            raise NotYetError("no tick has succeeded yet")
        if time.monotonic() - self._succeeded_s > max(_STALE_AFTER_TICKS * self._tick_s, 60.0):
            raise NotYetError(f"last succeeded {time.monotonic() - self._succeeded_s:.0f} s ago")

    async def _keep_ticking(self) -> None:
        while True:
            try:
                await self._tick()
            except AWAY as error:
                metrics.FAILED_TICKS.inc()
                _log.warning("tick_failed", error=type(error).__name__)
            else:
                self._succeeded_s = time.monotonic()
            await asyncio.sleep(self._tick_s)
