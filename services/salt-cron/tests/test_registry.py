"""From Postgres' tables to the two keys that collectors poll."""

import hashlib

import msgspec
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry, Site, WriteKey
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from salt_cron.adapters.notice_board import NoticeBoard
from salt_cron.adapters.site_book import SiteBook
from salt_cron.sites_to_registry import publish


async def add_site(pool: AsyncConnectionPool, domain: str) -> None:
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO sites (domain) VALUES (%s)", [domain])


async def test_sites_and_write_keys_are_read_and_stats_keys_are_not(pool: AsyncConnectionPool):
    await add_site(pool, "a.example")
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO api_keys (scope, sha256) VALUES ('write', 'w'), ('stats', 's')")
    registry = msgspec.json.decode((await SiteBook(pool).read()).body, type=Registry)
    assert [site.domain for site in registry.sites] == ["a.example"]
    assert registry.write_keys == (WriteKey("w"),)


async def test_a_registry_is_posted_once_and_again_when_it_changes(redis: Redis, pool: AsyncConnectionPool):
    book, board = SiteBook(pool), NoticeBoard(redis)
    await add_site(pool, "a.example")
    assert await board.post(await book.read())
    assert not await board.post(await book.read())
    await add_site(pool, "b.example")
    assert await board.post(await book.read())
    body = await redis.get(REDIS_REGISTRY_KEY)
    assert len(msgspec.json.decode(body, type=Registry).sites) == 2
    assert await redis.get(REDIS_REGISTRY_DIGEST_KEY) == hashlib.sha256(body).hexdigest().encode()


async def test_a_redis_that_lost_either_key_gets_both_back(redis: Redis):
    board, published = NoticeBoard(redis), publish([Site(1, "a.example")], [])
    for lost in (REDIS_REGISTRY_KEY, REDIS_REGISTRY_DIGEST_KEY):
        await board.post(published)
        await redis.delete(lost)
        assert await board.post(published)
        assert await redis.get(REDIS_REGISTRY_KEY) == published.body


def test_the_order_of_sites_does_not_change_the_digest():
    one, two = Site(1, "a.example"), Site(2, "b.example")
    assert publish([one, two], []) == publish([two, one], [])
    assert publish([one], []).digest != publish([two], []).digest
