"""What collectors tell Redis of themselves, looked at every second; puts back what Redis lost of dead ones' spools."""

import time
from collections.abc import Callable
from typing import cast
from uuid import uuid4

import msgspec
from contract.pending import REDIS_PENDING_KEY, SPOOLED_PENDING_TTL_S, Pending
from redis.asyncio import Redis
from runtime import lifecycle, log

_log = log.get(__name__)
_read = msgspec.json.Decoder(Pending).decode
_PENDING_KEYS = REDIS_PENDING_KEY.format(epoch="*")
_WITNESS_KEY = "repeats:witness:{process}"
_SILENCE_S = 3.0
"""After Redis has lost everything: by then every living collector has told again how far it is."""


class PendingCollectors:
    """A component: the last look. A collector that died with a spool cannot tell again, so its word is kept."""

    def __init__(self, client: Redis, clock_s: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock_s = clock_s
        self._witness = _WITNESS_KEY.format(process=uuid4().hex)
        self._spools: dict[bytes, tuple[bytes, float]] = {}
        self._silent_until_s = 0.0
        self._oldest_ms: int | None = None

    async def start(self) -> None:
        """Connects with the first look."""

    async def stop(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()

    async def failed(self) -> None:
        """Never: a look that fails is the timer's to tell."""
        await lifecycle.forever()

    def oldest_ms(self) -> int | None:
        """What any collector received before this is in Kafka; None where no collector is known of."""
        return self._oldest_ms

    async def look(self) -> None:
        """Look once; raises redis' errors."""
        now_s = self._clock_s()
        told = await self._told()
        # asked for last: what was read before it vanished is still true
        if await self._client.getex(self._witness, ex=SPOOLED_PENDING_TTL_S) is None:
            await self._begin_anew(now_s)
            return
        for name in self._spools.keys() - told.keys():
            del self._spools[name]
        for name, raw in told.items():
            if not _read(raw).spooled:
                self._spools.pop(name, None)
            elif self._spools.get(name, (b"",))[0] != raw:
                self._spools[name] = (raw, now_s)
        if now_s >= self._silent_until_s:
            self._oldest_ms = min((_read(raw).oldest_ms for raw in told.values()), default=None)

    async def _told(self) -> dict[bytes, bytes]:
        names = [cast("bytes", name) async for name in self._client.scan_iter(_PENDING_KEYS, count=1_000)]
        found = cast("list[bytes | None]", await self._client.mget(names)) if names else []
        return {name: raw for name, raw in zip(names, found, strict=True) if raw is not None}

    async def _begin_anew(self, now_s: float) -> None:
        """Redis is empty, or this is the first look: nothing is known until every collector has told again."""
        self._oldest_ms = None
        self._silent_until_s = now_s + _SILENCE_S
        for name, (raw, seen_s) in self._spools.items():
            left_s = int(seen_s + SPOOLED_PENDING_TTL_S - now_s)
            if left_s > 0 and await self._client.set(name, raw, nx=True, ex=left_s):
                _log.warning("spool_put_back", collector=name.rpartition(b":")[2].decode())
        await self._client.set(self._witness, b"1", ex=SPOOLED_PENDING_TTL_S)
