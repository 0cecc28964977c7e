"""Tells Redis every second how far this collector is: what it received before is in Kafka, or was never acknowledged.

Whoever judges repeats waits for it, so that no repeat is judged before its first attempt can be seen. The report of a
life that ended with a spool stands until somebody took the spool over, whose own report then covers it.
"""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec
from contract.pending import PENDING_TTL_S, REDIS_PENDING_KEY, SPOOLED_PENDING_TTL_S, Pending
from redis.asyncio import Redis
from runtime import log
from runtime.background import Background
from tides.store import STORE_ERRORS

from collector.adapters.state_file import StateFile

_EVERY_S = 1.0
_encode = msgspec.json.Encoder().encode
_log = log.get(__name__)


class PendingReport:
    """A component. `far` says how far the collector is; `hurry` is set where that should be told at once."""

    def __init__(
        self, client: Redis, epoch: bytes, far: Callable[[], Pending], hurry: asyncio.Event, lives: StateFile
    ) -> None:
        self._client = client
        self._epoch = epoch.hex()
        self._far = far
        self._hurry = hurry
        self._lives = lives
        self._earlier: list[str] = []
        self._redis_is_away = False
        self._telling = Background(self._keep_telling)

    async def start(self) -> None:
        """Tell once, before the first beacon is taken, then keep telling."""
        earlier = (await asyncio.to_thread(self._lives.read) or b"").decode("ascii", "ignore").split()
        self._earlier = [epoch for epoch in earlier if epoch != self._epoch]
        await self._note_lives()
        await self.tell()
        self._telling.start()

    async def stop(self) -> None:
        """Tell once more: what is spooled by now stays so until the next life."""
        await self._telling.stop()
        await self.tell()
        await self._client.aclose()

    async def failed(self) -> None:
        """Raise where the telling ended by itself."""
        await self._telling.failed()

    async def tell(self) -> None:
        """Write the report, and withdraw those of earlier lives, whose spool is this one's now."""
        far = self._far()
        ttl_s = SPOOLED_PENDING_TTL_S if far.spooled else PENDING_TTL_S
        try:
            await self._client.set(REDIS_PENDING_KEY.format(epoch=self._epoch), _encode(far), ex=ttl_s)
            if self._earlier:
                await self._client.delete(*(REDIS_PENDING_KEY.format(epoch=epoch) for epoch in self._earlier))
                self._earlier = []
                await self._note_lives()
        except STORE_ERRORS as error:
            if not self._redis_is_away:
                _log.warning("redis_away", error=type(error).__name__)
            self._redis_is_away = True
        else:
            self._redis_is_away = False

    async def _note_lives(self) -> None:
        await asyncio.to_thread(self._lives.write, "\n".join([*self._earlier, self._epoch]).encode())

    async def _keep_telling(self) -> None:
        while True:
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._hurry.wait()
            await self.tell()
