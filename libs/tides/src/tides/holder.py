"""Keeps the live tides in memory: Redis in, salts and keys out; puts back what Redis has lost. Logs no secret."""

import asyncio
import time
from collections.abc import Callable

from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime import log
from runtime.background import Background

from tides.almanac import live
from tides.held import HeldSecrets, MalformedSecretError
from tides.store import STORE_ERRORS, SecretStore

_log = log.get(__name__)


class NoTideError(Exception):
    """Today's tide or this month's routing secret is not known."""


def wall_clock_ms() -> int:
    """Unix milliseconds, now."""
    return time.time_ns() // 1_000_000


class TideHolder:
    """A component: loads at start, looks again every `refresh_s`, holds on while the store is away."""

    def __init__(self, store: SecretStore, clock_ms: Callable[[], int] = wall_clock_ms, refresh_s: float = 1.0) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._refresh_s = refresh_s
        self._held = HeldSecrets()
        self._store_is_away = False
        self._refreshing = Background(self._keep_refreshing)

    async def start(self) -> None:
        """Load once, then keep looking; a store that is away does not stop the start (`ready` tells)."""
        await self.refresh()
        self._refreshing.start()

    async def stop(self) -> None:
        """Look no more, and let go of the store; what is held stays usable to the end of the process."""
        await self._refreshing.stop()
        await self._store.close()

    async def failed(self) -> None:
        """Raise where the refreshing ended by itself."""
        await self._refreshing.failed()

    async def ready(self) -> None:
        """A health check: raises NoTideError where nothing could be hashed, routed or sealed just now."""
        now_ms = self._clock_ms()
        if self.current(now_ms) is None or self.routing_secret(now_ms) is None:
            raise NoTideError("today's tide or this month's routing secret is not known yet")

    def salt_of(self, day: str) -> bytes | None:
        """The 16-byte salt of an ISO date, UTC; None where it is unknown or gone."""
        tide = self._held.tide_of(day)
        return tide.salt if tide else None

    def key_of(self, key_id: bytes) -> AESGCM | None:
        """The key with the id that an envelope names; None where it is unknown or gone."""
        return self._held.key_of(key_id)

    def current(self, now_ms: int) -> Tide | None:
        """The tide of the UTC day of `now_ms` (Unix milliseconds)."""
        return self._held.tide_at(now_ms)

    def routing_secret(self, now_ms: int) -> bytes | None:
        """The 16-byte routing secret of the UTC month of `now_ms` (Unix milliseconds)."""
        return self._held.routing_at(now_ms)

    async def refresh(self) -> None:
        """Drop what has expired, adopt what the store has, put back what it has lost."""
        now_ms = self._clock_ms()
        for name in self._held.drop_expired(now_ms // 1000):
            _log.info("secret_expired", secret=str(name))
        try:
            await self._exchange(now_ms)
        except STORE_ERRORS as error:
            if not self._store_is_away:
                _log.warning("secret_store_away", error=type(error).__name__)
            self._store_is_away = True
        else:
            self._store_is_away = False

    async def _exchange(self, now_ms: int) -> None:
        found = await self._store.read(live(now_ms))
        for name, raw in self._held.raw().items():
            if name not in found and await self._store.put(name, raw):
                _log.warning("secret_put_back", secret=str(name))
        for name, raw in found.items():
            try:
                if self._held.adopt(name, raw):
                    _log.info("secret_adopted", secret=str(name))
            except MalformedSecretError as error:
                _log.error("secret_malformed", reason=str(error))

    async def _keep_refreshing(self) -> None:
        while True:
            await asyncio.sleep(self._refresh_s)
            await self.refresh()
