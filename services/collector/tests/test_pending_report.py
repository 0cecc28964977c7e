"""How far a collector is, as Redis has it: told in time, kept for as long as it matters, withdrawn when it does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from collector.adapters.pending_report import PendingReport
from collector.adapters.state_file import StateFile
from collector.draft import Draft, Sender
from contract.pending import REDIS_PENDING_KEY, Pending
from contract.topics import BEACONS
from redis.asyncio import Redis
from tides.store import redis_client

FIRST, SECOND = b"epoch..1", b"epoch..2"
CALM, SPOOLING = Pending(1_000, spooled=False), Pending(1_000, spooled=True)


@asynccontextmanager
async def telling(
    client: Redis, folder: Path | None, epoch: bytes = FIRST, far: Pending = CALM, hurry: asyncio.Event | None = None
) -> AsyncIterator[PendingReport]:
    lives = StateFile(folder and folder / "lives")
    report = PendingReport(client, epoch, lambda: far, hurry or asyncio.Event(), lives)
    await report.start()
    try:
        yield report
    finally:
        await report.stop()


def own_client(redis: Redis) -> Redis:
    return Redis(connection_pool=redis.connection_pool)


async def report_of(redis: Redis, epoch: bytes) -> tuple[Pending, int] | None:
    key = REDIS_PENDING_KEY.format(epoch=epoch.hex())
    body = await redis.get(key)
    return None if body is None else (msgspec.json.decode(body, type=Pending), await redis.ttl(key))


async def test_it_is_told_before_the_start_is_over_and_stands_for_ten_seconds(redis: Redis):
    async with telling(own_client(redis), None):
        assert await report_of(redis, FIRST) == (CALM, 10)


async def test_while_something_is_spooled_it_outlives_its_collector_by_two_days(redis: Redis, tmp_path: Path):
    async with telling(own_client(redis), tmp_path, far=SPOOLING):
        pass
    told, ttl_s = await report_of(redis, FIRST)
    assert told == SPOOLING
    assert ttl_s > 49 * 3_600


async def test_who_takes_the_spool_over_withdraws_the_report_of_the_dead(redis: Redis, tmp_path: Path):
    async with telling(own_client(redis), tmp_path, far=SPOOLING):
        pass
    async with telling(own_client(redis), tmp_path, SECOND, SPOOLING):
        assert await report_of(redis, FIRST) is None
        assert (await report_of(redis, SECOND))[0] == SPOOLING
    assert (tmp_path / "lives").read_text() == SECOND.hex()


async def test_while_redis_is_away_the_dead_are_remembered(redis: Redis, tmp_path: Path):
    async with telling(own_client(redis), tmp_path, far=SPOOLING):
        pass
    async with telling(redis_client("redis://127.0.0.1:1", timeout_s=0.2), tmp_path, SECOND):
        assert (tmp_path / "lives").read_text().split() == [FIRST.hex(), SECOND.hex()]
    async with telling(own_client(redis), tmp_path, b"epoch..3"):
        assert await report_of(redis, FIRST) is None


async def test_where_spooling_begins_it_is_told_at_once(redis: Redis):
    hurry, far = asyncio.Event(), [CALM]
    report = PendingReport(own_client(redis), FIRST, lambda: far[0], hurry, StateFile(None))
    await report.start()
    await asyncio.sleep(0.1)
    far[0] = SPOOLING
    hurry.set()
    await asyncio.sleep(0.2)
    assert (await report_of(redis, FIRST))[0] == SPOOLING
    await report.stop()


def beacon(received_ms: int):
    return Draft("a", "https://shop.example/", []).beacon(1, Sender("", "", opted_out=False), received_ms)


async def test_the_oldest_is_what_waits_or_is_on_its_way_in_any_lane(desk):
    assert desk.lanes.oldest_ms() is None
    desk.log.gate.clear()
    waits = [desk.lanes.put(BEACONS.name, lane, beacon(when), 1) for lane, when in ((0, 70), (1, 50), (1, 60))]
    assert desk.lanes.oldest_ms() == 50
    await asyncio.sleep(0.01)
    assert desk.lanes.oldest_ms() == 50
    desk.log.gate.set()
    await asyncio.gather(*waits)
    assert desk.lanes.oldest_ms() is None


async def test_what_was_given_up_may_come_until_a_later_one_has(desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("collector.lanes._COUNTS_WAIT_S", 0.05)
    await desk.lanes.stop()
    await desk.lanes.start()
    await asyncio.sleep(0.01)
    desk.log.away = True
    assert not await desk.lanes.put(BEACONS.name, 0, beacon(50), 1)
    assert desk.lanes.oldest_ms() == 50
    desk.log.away = False
    await asyncio.sleep(0.2)
    assert desk.lanes.oldest_ms() is None
    assert [head.sequence for head in desk.heads()][-1] > 1
