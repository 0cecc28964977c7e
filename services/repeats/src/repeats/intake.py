"""Intake: reads batches, has them judged, commits; ends the process where a judgement fails."""

from collections.abc import Awaitable, Callable, Sequence

from contract.dead_letter_limit import HeldError
from runtime.background import Background

from repeats.ports import Record, Source


class Intake:
    """A component. Stopping it anywhere is safe: what was not committed is judged again, under the same numbers."""

    def __init__(
        self, source: Source, carry: Callable[[Sequence[Record]], Awaitable[None]], is_held: Callable[[], bool]
    ) -> None:
        self._source = source
        self._carry = carry
        self._is_held = is_held
        self._judging = Background(self._judge_on)

    async def start(self) -> None:
        """Begin."""
        self._judging.start()

    async def stop(self) -> None:
        """Take no more and leave the judgement at hand."""
        await self._judging.stop()

    async def failed(self) -> None:
        """Raise what ended the judging."""
        await self._judging.failed()

    async def ready(self) -> None:
        """A health check: raises HeldError, or RuntimeError where nothing is judged any more."""
        if self._is_held():
            raise HeldError
        if not self._judging.is_running():
            raise RuntimeError("nothing is judged")

    async def _judge_on(self) -> None:
        while True:
            batch = await self._source.read()
            await self._carry(batch)
            await self._source.commit(batch)
