"""Known keys and sites go on while Postgres is away, and come back fresh with it."""

from contextlib import asynccontextmanager

import psycopg
import pytest
from query_api.adapters.postgres import PostgresDirectory
from query_api.problems import UnavailableError


class Answers:
    def __init__(self, rows):
        self._rows = rows

    async def fetchall(self):
        return self._rows


class Pool:
    """A pool whose server can be taken away."""

    def __init__(self):
        self.away = False
        self.reads = 0
        self.keys = [("hash-1", None)]

    @asynccontextmanager
    async def connection(self):
        if self.away:
            raise psycopg.OperationalError("away")
        self.reads += 1
        yield self

    async def execute(self, statement):
        return Answers(self.keys if "api_keys" in statement else [(1, "one.example", "Etc/UTC")])


@pytest.fixture
def pool():
    return Pool()


async def test_keys_and_sites_are_read_once_in_three_seconds(pool):
    now_s = [0.0]
    source = PostgresDirectory(pool, lambda: now_s[0])
    for now_s[0] in (0.0, 1.0, 2.9, 3.1):
        await source.directory()
    assert pool.reads == 2


async def test_a_miss_reads_again_but_not_at_every_knock(pool):
    now_s = [0.0]
    source = PostgresDirectory(pool, lambda: now_s[0])
    await source.directory()
    for now_s[0] in (0.1, 0.2, 0.3, 0.4):
        await source.directory(missed=True)
    assert pool.reads == 1 + 2


async def test_known_keys_go_on_while_postgres_is_away(pool):
    now_s = [0.0]
    source = PostgresDirectory(pool, lambda: now_s[0])
    await source.directory()
    pool.away, now_s[0] = True, 60.0
    assert (await source.directory()).keys == {"hash-1": None}
    pool.away, pool.keys, now_s[0] = False, [("hash-2", 1)], 64.0
    assert (await source.directory()).keys == {"hash-2": 1}


async def test_where_nothing_was_ever_known_it_says_so(pool):
    pool.away = True
    with pytest.raises(UnavailableError):
        await PostgresDirectory(pool).directory()
