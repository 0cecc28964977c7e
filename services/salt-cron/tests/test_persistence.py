"""A Redis that writes to a disk is refused."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError
from salt_cron.adapters.persistence import PersistentRedisError, refuse_persistence


async def test_a_redis_that_keeps_nothing_on_disk_is_taken(redis: Redis):
    await refuse_persistence(redis)


async def test_a_redis_that_snapshots_is_refused_with_the_remedy(redis: Redis):
    await redis.config_set("save", "3600 1")
    try:
        with pytest.raises(PersistentRedisError, match=r"save are set.*--save ''"):
            await refuse_persistence(redis)
    finally:
        await redis.config_set("save", "")


async def test_a_redis_that_forbids_the_question_is_taken_with_a_warning(monkeypatch: pytest.MonkeyPatch, redis: Redis):
    async def forbid(*_: str) -> dict[str, str]:
        raise NoPermissionError("CONFIG")

    monkeypatch.setattr(redis, "config_get", forbid)
    await refuse_persistence(redis)
