"""The one task of a component that works on by itself: started, cancelled, and watched for what ends it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from runtime import lifecycle


class Background:
    """Runs what `work` returns; `start`, `stop` and `failed` are what a component's own of these names call."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; does not wait."""
        self._running = asyncio.create_task(self._work())

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._running is not None and not self._running.done()

    async def stop(self) -> None:
        """Cancel it and wait for its end, also where it has failed or was never started."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def failed(self) -> None:
        """Raise what ended it; never return, also where it came to its end in order."""
        if self._running is not None:
            await asyncio.shield(self._running)
        await lifecycle.forever()
