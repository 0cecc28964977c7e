"""One contract suite for every secret store: the real Valkey and the one in memory."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import uvloop
from tides.almanac import SecretName, tide_name
from tides.memory import MemorySecrets
from tides.store import STORE_ERRORS, RedisSecrets, SecretStore, redis_client


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SecretStore]:
    if request.param == "memory":
        yield MemorySecrets()
        return
    client = redis_client(request.getfixturevalue("own_redis_url"))
    await client.flushdb()
    opened = RedisSecrets(client)
    yield opened
    await opened.close()


def today() -> SecretName:
    return tide_name(time.time_ns() // 1_000_000)


async def test_a_name_is_written_once(store: SecretStore):
    assert await store.put(today(), b"first")
    assert not await store.put(today(), b"second")
    assert await store.read([today()]) == {today(): b"first"}


async def test_a_name_that_nobody_wrote_is_left_out(store: SecretStore):
    await store.put(today(), b"first")
    assert await store.read([SecretName("routing", "2031-01")]) == {}


async def test_redis_forgets_a_secret_at_its_end(own_redis_url: str):
    client = redis_client(own_redis_url)
    await client.flushdb()
    await RedisSecrets(client).put(today(), b"secret")
    assert await client.expiretime(today().redis_key) == today().expires_at_s
    await client.aclose()


def test_a_connection_that_was_reset_meanwhile_raises_a_store_error_once(own_redis_url: str):
    async def reset_and_read() -> None:
        client = redis_client(own_redis_url)
        store = RedisSecrets(client)
        await store.read([today()])
        # what a reset by the peer does to a connection that waits in the pool
        client.connection_pool._available_connections[0]._writer.transport.abort()
        await asyncio.sleep(0.05)
        with pytest.raises(STORE_ERRORS):
            await store.read([today()])
        await store.read([today()])
        await store.close()

    uvloop.run(reset_and_read())


async def test_a_redis_that_is_away_raises_a_store_error():
    store = RedisSecrets(redis_client("redis://127.0.0.1:1/0", timeout_s=0.2))
    with pytest.raises(STORE_ERRORS):
        await store.read([today()])
    await store.close()
