"""What collectors tell, on a real Redis that forgets."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from contract.pending import REDIS_PENDING_KEY, SPOOLED_PENDING_TTL_S, Pending
from redis.asyncio import Redis
from repeats.adapters.pending_collectors import PendingCollectors


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(f"{redis_url.rpartition('/')[0]}/9")
    await client.flushdb()
    yield client
    await client.flushdb()
    await client.aclose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def collectors(redis: Redis, clock: Clock) -> PendingCollectors:
    """After its first look, and the silence that follows it."""
    made = PendingCollectors(redis, clock)
    await made.look()
    clock.now_s += 4
    return made


async def tell(redis: Redis, epoch: str, oldest_ms: int, *, spooled: bool = False) -> None:
    word = msgspec.json.encode(Pending(oldest_ms, spooled))
    await redis.set(REDIS_PENDING_KEY.format(epoch=epoch), word, ex=SPOOLED_PENDING_TTL_S if spooled else 10)


async def test_the_slowest_collector_decides(redis, collectors):
    await tell(redis, "aa", 5_000)
    await tell(redis, "bb", 3_000, spooled=True)
    await collectors.look()
    assert collectors.oldest_ms() == 3_000


async def test_nobody_can_say_while_there_is_no_collector(redis, collectors):
    await tell(redis, "aa", 5_000)
    await collectors.look()
    await redis.delete(REDIS_PENDING_KEY.format(epoch="aa"))
    await collectors.look()
    assert collectors.oldest_ms() is None


async def test_nothing_is_known_for_three_seconds_after_the_first_look(redis, clock):
    await tell(redis, "aa", 5_000)
    collectors = PendingCollectors(redis, clock)
    for pause_s, known in ((0, None), (2.9, None), (0.2, 5_000)):
        clock.now_s += pause_s
        await collectors.look()
        assert collectors.oldest_ms() == known


async def test_an_emptied_redis_is_told_again_of_spools_and_of_nothing_else(redis, collectors, clock):
    await tell(redis, "dead", 3_000, spooled=True)
    await tell(redis, "alive", 5_000)
    await collectors.look()
    clock.now_s += 60
    await redis.flushdb()
    await collectors.look()
    assert collectors.oldest_ms() is None
    assert [key async for key in redis.scan_iter("collector:*")] == [b"collector:pending:dead"]
    assert SPOOLED_PENDING_TTL_S - 70 < await redis.ttl("collector:pending:dead") <= SPOOLED_PENDING_TTL_S - 60
    clock.now_s += 4
    await tell(redis, "alive", 9_000)
    await collectors.look()
    assert collectors.oldest_ms() == 3_000


async def test_a_spool_that_was_replayed_is_not_put_back(redis, collectors):
    await tell(redis, "dead", 3_000, spooled=True)
    await tell(redis, "lives on", 4_000, spooled=True)
    await collectors.look()
    await redis.delete(REDIS_PENDING_KEY.format(epoch="dead"))
    await tell(redis, "lives on", 9_000)
    await collectors.look()
    await redis.flushdb()
    await collectors.look()
    assert [key async for key in redis.scan_iter("collector:*")] == []


async def test_what_the_collector_itself_told_meanwhile_is_not_overwritten(redis, collectors):
    await tell(redis, "back", 3_000, spooled=True)
    await collectors.look()
    await redis.flushdb()
    await tell(redis, "back", 8_000, spooled=True)
    await collectors.look()
    assert msgspec.json.decode(await redis.get(REDIS_PENDING_KEY.format(epoch="back")), type=Pending).oldest_ms == 8_000


async def test_a_word_that_has_lapsed_is_not_put_back(redis, collectors, clock):
    await tell(redis, "dead", 3_000, spooled=True)
    await collectors.look()
    clock.now_s += SPOOLED_PENDING_TTL_S
    await redis.flushdb()
    await collectors.look()
    assert [key async for key in redis.scan_iter("collector:*")] == []


async def test_two_processes_see_for_themselves_that_redis_was_emptied(redis, collectors, clock):
    other = PendingCollectors(redis, clock)
    await other.look()
    clock.now_s += 4
    await tell(redis, "dead", 3_000, spooled=True)
    for one in (collectors, other):
        await one.look()
    await redis.flushdb()
    await other.look()
    await redis.delete(REDIS_PENDING_KEY.format(epoch="dead"))
    await collectors.look()
    assert await redis.exists(REDIS_PENDING_KEY.format(epoch="dead"))
