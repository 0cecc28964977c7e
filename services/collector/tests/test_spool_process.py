"""The real process and a real Kafka that dies: every 202 is there once, whoever is killed, wherever the spool goes."""

import asyncio
import os
import resource
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from contract.pending import REDIS_PENDING_KEY, Pending
from local_stack.ports import free_port
from redis.asyncio import Redis
from tideline.topics import create_topics

from services.collector.tests.live import Broker, Collector, kept, records, running, until

VISITORS = 12
LARGE = {f"key{number}": "v" * 1_900 for number in range(12)}
"""Props that make a spool of more than one replay's worth of few beacons."""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    made = Broker(tmp_path)
    await made.start()
    await create_topics(f"kafka://{made.bootstrap}", 4)
    yield made
    await made.stop()


@pytest.fixture
def environ(broker: Broker, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    own = {"KAFKA_URL": f"kafka://{broker.bootstrap}", "SPOOL_AFTER_S": "0.5", "STATE_DIR": str(tmp_path / "state")}
    return environ | own


class Load:
    """Visitors who send one page after another, until they are told to stop; what was answered how."""

    def __init__(self, collector: Collector, name: str) -> None:
        self.accepted: list[str] = []
        self.refused: list[httpx.Response] = []
        self._going = True
        self._tasks = [asyncio.create_task(self._visit(collector, f"{name}{n}")) for n in range(VISITORS)]

    async def _visit(self, collector: Collector, visitor: str) -> None:
        page = 0
        while self._going:
            url = f"https://shop.example/{visitor}/{page}"
            answer = await collector.client.post(
                "/api/event", json={"n": "pageview", "u": url}, headers={"user-agent": visitor}
            )
            if answer.status_code == 202:
                self.accepted.append(url)
            else:
                self.refused.append(answer)
            page += 1
            await asyncio.sleep(0.005)

    async def end(self) -> None:
        self._going = False
        await asyncio.gather(*self._tasks)


async def fill(collector: Collector, name: str, count: int = 200, **more: object) -> list[str]:
    """So many pages sent at once, each of which must be accepted."""
    urls = [f"https://shop.example/{name}/{page}" for page in range(count)]
    answers = await asyncio.gather(*(collector.send(url, **more) for url in urls))
    assert {answer.status_code for answer in answers} == {202}
    return urls


async def is_replayed(collector: Collector) -> bool:
    return await collector.metric("tideline_collector_spool_envelopes") == 0


async def pending(redis: Redis) -> dict[str, tuple[Pending, int]]:
    """Every report that stands, and the seconds that it has to live, by its key."""
    return {
        key.decode(): (msgspec.json.decode(await redis.get(key), type=Pending), await redis.ttl(key))
        for key in await redis.keys(REDIS_PENDING_KEY.format(epoch="*"))
    }


async def replay_and_die(environ: dict[str, str]) -> None:
    """A collector that is killed as soon as something of its spool is in Kafka, or all of it."""
    before = len(await records(environ["KAFKA_URL"]))
    collector = Collector(environ)
    await collector.start()

    async def begun() -> bool:
        return len(await records(environ["KAFKA_URL"])) > before or not spool_bytes(environ["STATE_DIR"])

    try:
        await until(begun, what="the replay to begin")
    finally:
        await collector.end(signal.SIGKILL)
        await collector.client.aclose()


def spool_bytes(state_dir: str | Path) -> int:
    """What the files of a spool take."""
    return sum(path.stat().st_size for path in Path(state_dir, "spool").glob("*.spool"))


@pytest.mark.parametrize("failure", ["killed", "stood_still"])
async def test_while_kafka_is_away_every_beacon_is_taken_and_is_there_once_and_in_order_when_it_is_back(
    broker: Broker, environ: dict[str, str], redis: Redis, failure: str
):
    async with running(environ) as collector:
        load = Load(collector, failure)
        await asyncio.sleep(1.0)
        if failure == "killed":
            await broker.kill()
        else:
            broker.signal(signal.SIGSTOP)
        await asyncio.sleep(3.0)
        assert "spooled" in (await collector.ready())["kafka"]
        ((report, ttl_s),) = (await pending(redis)).values()
        assert report.spooled
        assert ttl_s > 10
        during = len(load.accepted)
        if failure == "killed":
            await broker.start()
        else:
            broker.signal(signal.SIGCONT)
        await until(lambda: is_replayed(collector), what="the replay")
        await asyncio.sleep(1.5)
        await load.end()
        assert len(load.accepted) > during > VISITORS
        assert await collector.ready()
        ((report, ttl_s),) = (await pending(redis)).values()
        assert not report.spooled
        assert ttl_s <= 10
        assert await collector.metric("tideline_collector_replayed_envelopes_total") > 0
        assert (await collector.end())[0] == 0
    assert load.refused == []
    found = [beacon.url for beacon in await kept(environ)]
    assert sorted(found) == sorted(load.accepted)
    for visitor in range(VISITORS):
        mine = [int(url.rpartition("/")[2]) for url in found if f"/{failure}{visitor}/" in url]
        assert mine == sorted(mine)


async def test_a_spool_outlives_kills_in_mid_replay_and_a_move_and_new_beacons_queue_behind_it(
    broker: Broker, environ: dict[str, str], redis: Redis, tmp_path: Path
):
    async with running(environ) as collector:
        sent = await fill(collector, "before")
        await broker.kill()
        sent += await fill(collector, "first-life", p=LARGE)
        await collector.end(signal.SIGKILL)
    (orphan,) = await pending(redis)
    async with running(environ) as collector:  # while Kafka is still away
        sent += await fill(collector, "second-life", p=LARGE)
        assert orphan not in await pending(redis)
        await collector.end(signal.SIGKILL)
    moved = tmp_path / "another-machine"
    shutil.move(environ["STATE_DIR"], moved)
    environ |= {"STATE_DIR": str(moved), "PORT": str(free_port())}
    await broker.start()
    for _ in range(2):
        await replay_and_die(environ)
    async with running(environ) as collector:
        sent += await fill(collector, "last-life")
        await until(lambda: is_replayed(collector), what="the replay")
        await collector.end()
    found = [beacon.url for beacon in await kept(environ)]
    assert sorted(found) == sorted(sent)
    assert spool_bytes(moved) == 0
    reports = await pending(redis)
    assert not any(report.spooled for report, _ in reports.values())


async def test_a_full_disk_under_the_spool_is_503_and_heals_by_itself(broker: Broker, environ: dict[str, str]):
    async with running(environ) as collector:
        await broker.kill()
        sent = await fill(collector, "room", 50)
        full = (4_096, resource.RLIM_INFINITY)
        resource.prlimit(collector.process.pid, resource.RLIMIT_FSIZE, full)
        answers = [await collector.send(f"https://shop.example/full/{n}", p={"k": "v" * 1_000}) for n in range(12)]
        assert answers[-1].status_code == 503
        assert int(answers[-1].headers["retry-after"]) > 0
        assert await collector.ready() == {}
        resource.prlimit(collector.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        await asyncio.sleep(1.1)
        sent += await fill(collector, "room-again", 50)
        await broker.start()
        await until(lambda: is_replayed(collector), what="the replay")
        assert await collector.ready()
    taken = {str(n) for n, answer in enumerate(answers) if answer.status_code == 202}
    found = [beacon.url for beacon in await kept(environ)]
    assert len(found) == len(set(found))
    assert {url for url in found if "/full/" not in url} == set(sent)
    assert taken <= {url.rpartition("/")[2] for url in found if "/full/" in url}


async def test_over_its_bound_the_spool_takes_nothing_and_a_stop_keeps_what_it_has(
    broker: Broker, environ: dict[str, str]
):
    async with running(environ | {"SPOOL_MAX_BYTES": "20000"}) as collector:
        await broker.kill()
        statuses = [(await collector.send(f"https://shop.example/{n}")).status_code for n in range(100)]
        assert statuses == sorted(statuses)
        assert set(statuses) == {202, 503}
        assert await collector.ready() == {}
        assert 15_000 < spool_bytes(environ["STATE_DIR"]) <= 20_000
        code, _ = await collector.end()
        assert code == 0
    await broker.start()
    async with running(environ) as collector:
        await until(lambda: is_replayed(collector), what="the replay")
    found = [int(beacon.url.rpartition("/")[2]) for beacon in await kept(environ)]
    assert sorted(found) == list(range(statuses.count(202)))


async def test_a_second_process_on_the_same_folder_ends_and_says_why(environ: dict[str, str]):
    async with running(environ):
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "collector", stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environ, "PORT": str(free_port())},
        )  # fmt: skip
        _, logged = await asyncio.wait_for(second.communicate(), 20)
    assert second.returncode not in (0, None)
    assert b"another process uses the spool" in logged
