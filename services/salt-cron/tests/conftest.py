"""Real Postgres and Valkey, emptied before each test that asks for them."""

from collections.abc import AsyncIterator

import pytest
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from tides.store import redis_client


@pytest.fixture
def own_redis_url(redis_url: str) -> str:
    return f"{redis_url.rpartition('/')[0]}/6"


@pytest.fixture
async def redis(own_redis_url: str) -> AsyncIterator[Redis]:
    client = redis_client(own_redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def pool(migrated_postgres_url: str) -> AsyncIterator[AsyncConnectionPool]:
    async with AsyncConnectionPool(migrated_postgres_url, min_size=1, max_size=4, open=False) as opened:
        async with opened.connection() as connection:
            await connection.execute("TRUNCATE tides, sites, api_keys CASCADE")
        yield opened
