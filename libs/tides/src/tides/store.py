"""Where secrets are shared: a port, and Redis behind it (memory only, gone by themselves at their end)."""

from collections.abc import Sequence
from typing import Protocol, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tides.almanac import SecretName

STORE_ERRORS = (RedisError, OSError, TimeoutError, RuntimeError)
"""What a store raises while it is away: uvloop's RuntimeError where a connection was reset while nobody used it."""


class SecretStore(Protocol):
    """Secrets by name, each written once."""

    async def read(self, names: Sequence[SecretName]) -> dict[SecretName, bytes]:
        """Those of the names that exist. Raises one of STORE_ERRORS."""

    async def put(self, name: SecretName, raw: bytes) -> bool:
        """Write it until its end unless the name is taken; False where it is. Raises one of STORE_ERRORS."""

    async def close(self) -> None:
        """Let go of connections."""


def redis_client(redis_url: str, timeout_s: float = 1.0) -> Redis:
    """A client that answers or fails within the time-out and leaves retries to its caller."""
    client: Redis = Redis.from_url(
        redis_url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
    )
    return client


class RedisSecrets:
    """`SecretStore` on Redis: SET with NX and EXAT."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def read(self, names: Sequence[SecretName]) -> dict[SecretName, bytes]:
        """Those of the names that exist. Raises one of STORE_ERRORS."""
        found = cast("list[bytes | None]", await self._client.mget([name.redis_key for name in names]))
        return {name: raw for name, raw in zip(names, found, strict=True) if raw is not None}

    async def put(self, name: SecretName, raw: bytes) -> bool:
        """Write it until its end unless the name is taken; False where it is. Raises one of STORE_ERRORS."""
        return await self._client.set(name.redis_key, raw, nx=True, exat=name.expires_at_s) is not None

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
