"""The sink between real engines that fail it, frozen, and asked to stop in the middle of it."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiokafka.errors import KafkaError
from local_stack.child import Child
from local_stack.engines.clickhouse import clickhouse
from local_stack.ports import free_port
from sink.intent import decode

from services.sink.tests.logs import log_of, rows_of
from services.sink.tests.real import Place, admin_of, ended, process

SINK = ("-m", "sink")
KILLS = 4
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def place(kafka_url: str, clickhouse_url: str) -> Place:
    return Place(kafka_url, clickhouse_url)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[str, Child]]:
    """An engine that may be killed, since nobody else uses it."""
    made = clickhouse(free_port(), tmp_path / "clickhouse")
    child = Child(made.program, tmp_path / "log")
    child.start()
    yield made.url, child
    child.stop()


async def test_a_sink_that_wakes_after_its_partitions_went_to_another_inserts_nothing_twice(place: Place):
    short = [log_of(0), log_of(1)]
    await place.fill(short)
    async with process(place.environment(), *SINK) as frozen:
        await place.settled(short)
        longer = [log_of(0, 80), log_of(1, 80)]
        await place.send([log[40:] for log in longer])
        await asyncio.sleep(0.1)
        frozen.send_signal(signal.SIGSTOP)
        async with process(place.environment(PORT=free_port()), *SINK):
            await place.settled(longer)
            frozen.send_signal(signal.SIGCONT)
            longest = [log_of(0, 90), log_of(1, 90)]
            await place.send([log[80:] for log in longest])
            await place.settled(longest)
            assert frozen.returncode is None
    assert place.rows() == rows_of(0, 90) + rows_of(1, 90)
    assert set(place.ledger().values()) == {place.rows().total()}


async def test_clickhouse_killed_amid_inserts_time_and_again_loses_and_doubles_nothing(
    kafka_url: str, engine: tuple[str, Child]
):
    url, child = engine
    place = Place(kafka_url, url)
    by_chance = random.Random(7)  # noqa: S311  a seed, so that a failure comes again
    logs = [log_of(0, 40 * (KILLS + 1)), log_of(1, 40 * (KILLS + 1))]
    await place.fill([log[:40] for log in logs])
    async with process(place.environment(BLOCK_MAX_ROWS=30), *SINK):
        await place.settled([log[:40] for log in logs])
        for kill in range(1, KILLS + 1):
            await place.send([log[40 * kill : 40 * (kill + 1)] for log in logs])
            await asyncio.sleep(by_chance.uniform(0.05, 0.6))
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.stop()
            await asyncio.to_thread(child.start)
        await place.settled(logs)
    assert place.rows() == sum((rows_of(p, len(log)) for p, log in enumerate(logs)), start=rows_of(0, 0))
    assert set(place.ledger().values()) == {place.rows().total()}


async def test_a_sink_that_starts_while_clickhouse_is_away_waits_for_it(kafka_url: str, engine: tuple[str, Child]):
    url, child = engine
    place = Place(kafka_url, url)
    await place.fill([log_of(0)])
    child.stop()
    async with process(place.environment(), *SINK) as sink:
        await asyncio.sleep(3)
        assert sink.returncode is None
        await asyncio.to_thread(child.start)
        await place.settled([log_of(0)])
    assert place.rows() == rows_of(0)


async def test_a_stop_under_load_ends_in_time_with_nothing_pending(place: Place):
    logs = [log_of(0, 600), log_of(1, 600)]
    await place.fill(logs)
    async with process(place.environment(BLOCK_MAX_ROWS=20), *SINK) as sink:
        await until_begun(place)
        began = time.monotonic()
        assert await ended(sink, signal.SIGTERM) == 0
        assert time.monotonic() - began < 15
    async with admin_of(place.servers) as admin:
        found = await admin.list_consumer_group_offsets(place.group)
    assert all(decode(committed.metadata).pending is None for committed in found.values())
    assert sum(committed.offset for committed in found.values()) < 1_200
    async with process(place.environment(), *SINK):
        await place.settled(logs)
    assert place.rows() == rows_of(0, 600) + rows_of(1, 600)


async def test_a_running_sink_is_alive_and_says_so_by_its_progress(place: Place):
    await place.fill([log_of(0), log_of(1)])
    async with process(place.environment(), *SINK), httpx.AsyncClient() as http:
        await place.settled([log_of(0), log_of(1)])
        live = await http.get(f"http://127.0.0.1:{place.port}/health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok", "checks": {"progress": "ok"}})


async def until_begun(place: Place) -> None:
    """Return once the group has committed something."""
    async with admin_of(place.servers) as admin, asyncio.timeout(60):
        while True:
            try:
                if any(found.offset > 0 for found in (await admin.list_consumer_group_offsets(place.group)).values()):
                    return
            except KafkaError:
                pass
            await asyncio.sleep(0.05)
