"""The registry's two Redis keys: written together, and only where they are not already so. Raises RedisError."""

from typing import cast

from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY
from redis.asyncio import Redis

from salt_cron.sites_to_registry import Published


class NoticeBoard:
    """What collectors poll."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def post(self, published: Published) -> bool:
        """Write both keys in one transaction; False where Redis has them already."""
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.get(REDIS_REGISTRY_DIGEST_KEY)
            pipeline.exists(REDIS_REGISTRY_KEY)
            digest, exists = cast("tuple[bytes | None, int]", await pipeline.execute())
            if digest == published.digest.encode() and exists:
                return False
            pipeline.set(REDIS_REGISTRY_KEY, published.body)
            pipeline.set(REDIS_REGISTRY_DIGEST_KEY, published.digest)
            await pipeline.execute()
        return True
