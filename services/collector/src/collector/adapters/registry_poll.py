"""Looks each second whether Redis has another registry: its digest in, a register for the hot path out."""

import asyncio
from typing import cast

import msgspec
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry
from redis.asyncio import Redis
from runtime import log
from runtime.background import Background
from tides.store import STORE_ERRORS

from collector import metrics
from collector.adapters.registry_snapshot import RegistrySnapshot
from collector.site_register import SiteRegister

_read = msgspec.json.Decoder(Registry).decode
_log = log.get(__name__)


class NoRegistryError(Exception):
    """No registry has been seen, neither in Redis nor in a snapshot."""


class RegistryPoll:
    """A component; keeps what it knows while Redis is away, or has lost it."""

    def __init__(self, client: Redis, snapshot: RegistrySnapshot, poll_s: float = 1.0) -> None:
        self._client = client
        self._snapshot = snapshot
        self._poll_s = poll_s
        self._digest: bytes | None = None
        self._register: SiteRegister | None = None
        self._redis_is_away = False
        self._polling = Background(self._keep_polling)

    async def start(self) -> None:
        """Read the snapshot, look at Redis once, then keep looking."""
        known = await asyncio.to_thread(self._snapshot.read)
        if known is not None:
            self._install(known)
        await self.poll()
        self._polling.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._polling.stop()
        await self._client.aclose()

    async def failed(self) -> None:
        """Raise where the polling ended by itself."""
        await self._polling.failed()

    async def ready(self) -> None:
        """A health check: raises NoRegistryError where no site can be told from another."""
        if self._register is None:
            raise NoRegistryError("no registry of sites has been seen yet")

    def current(self) -> SiteRegister | None:
        """The register; None where none has ever been seen."""
        return self._register

    async def poll(self) -> None:
        """Look once; a Redis that is away is told when it begins."""
        try:
            await self._look()
        except STORE_ERRORS as error:
            if not self._redis_is_away:
                _log.warning("redis_away", error=type(error).__name__)
            self._redis_is_away = True
        else:
            self._redis_is_away = False

    async def _look(self) -> None:
        digest = cast("bytes | None", await self._client.get(REDIS_REGISTRY_DIGEST_KEY))
        if digest is None or digest == self._digest:
            return
        body = cast("bytes | None", await self._client.get(REDIS_REGISTRY_KEY))
        if body is None:
            return
        try:
            registry = _read(body)
        except (msgspec.MsgspecError, UnicodeError) as error:
            _log.error("registry_malformed", error=type(error).__name__)
            return
        self._install(registry)
        self._digest = digest
        _log.info("registry_read", sites=len(registry.sites))
        await asyncio.to_thread(self._snapshot.write, body)

    def _install(self, registry: Registry) -> None:
        self._register = SiteRegister(registry)
        metrics.SITES.set(len(self._register))

    async def _keep_polling(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            await self.poll()
