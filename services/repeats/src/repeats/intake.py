"""Intake: reads batches, has them judged, commits; ends the process where a judgement fails."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from runtime import lifecycle

from repeats.ports import Record, Source


class Intake:
    """A component. Stopping it anywhere is safe: what was not committed is judged again, under the same numbers."""

    def __init__(self, source: Source, carry: Callable[[Sequence[Record]], Awaitable[None]]) -> None:
        self._source = source
        self._carry = carry
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take no more and leave the judgement at hand."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(BaseException):
                await self._running

    async def failed(self) -> None:
        """Raise what ended the judging."""
        if self._running is None:
            await lifecycle.forever()
        else:
            await asyncio.shield(self._running)

    async def ready(self) -> None:
        """A health check: raises RuntimeError where nothing is judged any more."""
        if self._running is None or self._running.done():
            raise RuntimeError("nothing is judged")

    async def _run(self) -> None:
        while True:
            batch = await self._source.read()
            await self._carry(batch)
            await self._source.commit(batch)
