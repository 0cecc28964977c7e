"""Redis and Postgres, both real, through starts, restarts, losses and races."""

import asyncio
from datetime import UTC, datetime

import pytest
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from salt_cron.adapters.ledger import PostgresLedger
from salt_cron.day_to_tide import Action
from salt_cron.tide_keeping import TideKeeping
from salt_cron.wrapping import MasterKey, MasterKeyError, NothingKept
from tides.almanac import DAY_MS, SecretName, live, needed
from tides.holder import wall_clock_ms
from tides.mint import mint
from tides.store import RedisSecrets

NOW_MS = wall_clock_ms()
KEY = bytes(range(32))


def keeping(redis: Redis, pool: AsyncConnectionPool, mode: str = "wrapped", key: bytes = KEY) -> TideKeeping:
    wrapper = MasterKey(key) if mode == "wrapped" else NothingKept()
    return TideKeeping(RedisSecrets(redis), PostgresLedger(pool), wrapper, keeps=mode == "wrapped", grace_s=60.0)


async def secrets(redis: Redis) -> dict[SecretName, bytes]:
    return await RedisSecrets(redis).read(live(NOW_MS))


async def rows(pool: AsyncConnectionPool) -> dict[str, bytes | None]:
    async with pool.connection() as connection:
        return dict(await (await connection.execute("SELECT name, wrapped FROM tides")).fetchall())


@pytest.mark.parametrize("mode", ["wrapped", "memory"])
async def test_a_first_start_makes_all_that_is_needed(redis: Redis, pool: AsyncConnectionPool, mode: str):
    await keeping(redis, pool, mode).tick(NOW_MS)
    assert set(await secrets(redis)) == set(needed(NOW_MS))
    assert set(await rows(pool)) == set(map(str, needed(NOW_MS)))


@pytest.mark.parametrize("mode", ["wrapped", "memory"])
async def test_a_restart_changes_nothing(redis: Redis, pool: AsyncConnectionPool, mode: str):
    await keeping(redis, pool, mode).tick(NOW_MS)
    before = await secrets(redis)
    done = await keeping(redis, pool, mode).tick(NOW_MS)
    assert set(done.values()) == {Action.NOTHING}
    assert await secrets(redis) == before


async def test_in_mode_wrapped_a_flushed_redis_gets_the_same_secrets(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool).tick(NOW_MS)
    before = await secrets(redis)
    await redis.flushdb()
    await keeping(redis, pool).tick(NOW_MS)
    assert await secrets(redis) == before


async def test_in_mode_memory_a_flushed_redis_waits_a_minute_for_holders(redis: Redis, pool: AsyncConnectionPool):
    keeper = keeping(redis, pool, "memory")
    await keeper.tick(NOW_MS)
    before = await secrets(redis)
    await redis.flushdb()
    await keeper.tick(NOW_MS)
    await keeper.tick(NOW_MS + 59_000)
    assert await secrets(redis) == {}
    await keeper.tick(NOW_MS + 60_000)
    after = await secrets(redis)
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())


async def test_what_a_holder_puts_back_within_the_minute_stays(redis: Redis, pool: AsyncConnectionPool):
    keeper = keeping(redis, pool, "memory")
    await keeper.tick(NOW_MS)
    before = await secrets(redis)
    await redis.flushdb()
    await keeper.tick(NOW_MS)
    for name, raw in before.items():
        await RedisSecrets(redis).put(name, raw)
    await keeper.tick(NOW_MS + 61_000)
    assert await secrets(redis) == before


@pytest.mark.parametrize("mode", ["wrapped", "memory"])
async def test_of_many_first_starts_at_once_one_decides(redis: Redis, pool: AsyncConnectionPool, mode: str):
    keepers = [keeping(redis, pool, mode) for _ in range(4)]
    await asyncio.gather(*(keeper.tick(NOW_MS) for keeper in keepers))
    once = await secrets(redis)
    await asyncio.gather(*(keeper.tick(NOW_MS) for keeper in keepers))
    assert await secrets(redis) == once
    assert set(once) == set(needed(NOW_MS))
    if mode == "wrapped":
        wrapped = await rows(pool)
        for name, raw in once.items():
            assert MasterKey(KEY).unwrap(name, wrapped[str(name)] or b"") == raw


async def test_postgres_never_holds_a_secret_readable(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool).tick(NOW_MS)
    kept = await rows(pool)
    for name, raw in (await secrets(redis)).items():
        wrapped = kept[str(name)]
        assert wrapped is not None
        assert raw not in wrapped


async def test_mode_memory_leaves_no_secret_in_postgres_even_after_wrapped(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool).tick(NOW_MS)
    await keeping(redis, pool, "memory").tick(NOW_MS)
    assert set((await rows(pool)).values()) == {None}


async def test_a_change_to_wrapped_keeps_what_is_in_use(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool, "memory").tick(NOW_MS)
    before = await secrets(redis)
    await keeping(redis, pool).tick(NOW_MS)
    await redis.flushdb()
    await keeping(redis, pool).tick(NOW_MS)
    assert await secrets(redis) == before


async def test_an_emptied_postgres_learns_the_secrets_in_use(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool).tick(NOW_MS)
    before = await secrets(redis)
    async with pool.connection() as connection:
        await connection.execute("TRUNCATE tides")
    await keeping(redis, pool).tick(NOW_MS)
    await redis.flushdb()
    await keeping(redis, pool).tick(NOW_MS)
    assert await secrets(redis) == before


@pytest.mark.parametrize("redis_has_them", [True, False])
async def test_another_master_key_is_refused_by_name_of_the_row(
    redis: Redis, pool: AsyncConnectionPool, redis_has_them: bool
):
    await keeping(redis, pool).tick(NOW_MS)
    if not redis_has_them:
        await redis.flushdb()
    with pytest.raises(MasterKeyError, match="does not open"):
        await keeping(redis, pool, key=bytes(32)).tick(NOW_MS)


async def test_yesterdays_secret_returns_too_and_is_deleted_48_hours_after_its_day(
    redis: Redis, pool: AsyncConnectionPool
):
    day = datetime.fromtimestamp((NOW_MS - 2 * DAY_MS) / 1000, UTC).date().isoformat()
    name = SecretName("tide", day)
    raw = mint(name)
    await PostgresLedger(pool).win(name, MasterKey(KEY).wrap(name, raw))
    await keeping(redis, pool).tick(NOW_MS)
    assert (await secrets(redis))[name] == raw
    await keeping(redis, pool).tick(name.expires_at_s * 1000)
    assert str(name) not in await rows(pool)


async def test_at_midnight_the_day_after_tomorrow_is_prepared_and_today_stays(redis: Redis, pool: AsyncConnectionPool):
    keeper = keeping(redis, pool)
    await keeper.tick(NOW_MS)
    tomorrow = needed(NOW_MS + DAY_MS)
    before = await secrets(redis)
    await keeper.tick(NOW_MS + DAY_MS)
    after = await RedisSecrets(redis).read(tomorrow)
    assert set(after) == set(tomorrow)
    assert all(after[name] == before[name] for name in set(before) & set(tomorrow))


async def test_where_both_have_another_secret_the_one_in_use_stays(redis: Redis, pool: AsyncConnectionPool):
    await keeping(redis, pool).tick(NOW_MS)
    await redis.flushdb()
    in_use = {name: mint(name) for name in needed(NOW_MS)}
    for name, raw in in_use.items():
        await RedisSecrets(redis).put(name, raw)
    await keeping(redis, pool).tick(NOW_MS)
    await redis.flushdb()
    await keeping(redis, pool).tick(NOW_MS)
    assert await secrets(redis) == in_use
