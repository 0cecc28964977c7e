"""The sink as a process between a real Kafka and a real ClickHouse: every row once, whatever kills it."""

import asyncio
import signal

import httpx
import pytest
from local_stack.ports import free_port

from services.sink.tests.logs import DAY_MS, RECORDS, log_of, rows_of
from services.sink.tests.made import LATER_INCARNATION, NOW_MS, record, section
from services.sink.tests.real import Place, ended, gate, process

SINK = ("-m", "sink")
DYING = ("-m", "services.sink.tests.dying_sink")
pytestmark = pytest.mark.timeout(400)  # a session lapses in 6 s, but a busy machine takes its time to start a process


@pytest.fixture
def place(kafka_url: str, clickhouse_url: str) -> Place:
    return Place(kafka_url, clickhouse_url)


LOGS = [log_of(0), log_of(1)]
EXPECTED = rows_of(0) + rows_of(1)


async def test_every_event_becomes_one_row_and_the_end_is_acknowledged(place: Place):
    await place.fill(LOGS)
    async with process(place.environment(), *SINK) as sink:
        await place.settled(LOGS)
        assert place.rows() == EXPECTED
        assert await ended(sink, signal.SIGTERM) == 0


async def test_a_graceful_stop_drains_and_leaves_the_group_so_that_the_next_begins_at_once(place: Place):
    await place.fill([log_of(0), log_of(1)])
    environment = place.environment(FLUSH_INTERVAL_S=2, SESSION_TIMEOUT_S=30)
    async with process(environment, *SINK) as sink:
        await place.settled(LOGS)
        await place.send([log_of(0, 42)[40:], []])
        await asyncio.sleep(0.5)
        assert await ended(sink, signal.SIGTERM) == 0
    more = [log_of(0, 42), LOGS[1]]
    await place.settled(more, timeout_s=2)
    async with process(environment, *SINK) as sink, asyncio.timeout(25):  # below the session's 30
        await place.send([log_of(0, 44)[42:], []])
        await place.settled([log_of(0, 44), LOGS[1]])
    assert place.rows() == rows_of(0, 44) + rows_of(1)


STEPS = ["before_commit", "after_commit", "during_insert", "after_insert"]


async def test_killed_at_any_step_and_again_while_it_recovers_every_row_is_there_once(
    kafka_url: str, clickhouse_url: str
):
    async def lives(step: str) -> None:
        place = Place(kafka_url, clickhouse_url)
        await place.fill(LOGS)
        for life in ((step, "3"), ("before_read_back", "1")):
            async with process(place.environment(), *DYING, *life) as sink:
                finished = asyncio.ensure_future(place.settled(LOGS))
                died = asyncio.ensure_future(ended(sink))
                await asyncio.wait((finished, died), return_when=asyncio.FIRST_COMPLETED)
                finished.cancel()
                died.cancel()
                await asyncio.gather(finished, died, return_exceptions=True)
        async with process(place.environment(), *SINK):
            await place.settled(LOGS)
        assert place.rows() == EXPECTED, step
        assert set(place.ledger().values()) == {EXPECTED.total()}, step

    await asyncio.gather(*map(lives, STEPS))


async def test_rows_that_vanished_behind_their_token_are_put_back(place: Place):
    await place.fill([LOGS[0]])
    async with process(place.environment(BLOCK_MAX_ROWS=1_000), *DYING, "after_insert", "1") as sink:
        await ended(sink)
    before = place.rows()
    place.command("DELETE FROM events WHERE source_place = 1 SETTINGS mutations_sync = 2")
    assert place.rows().total() < before.total()
    async with process(place.environment(), *SINK), httpx.AsyncClient() as http:
        await place.settled([LOGS[0]])
        metrics = (await http.get(f"http://127.0.0.1:{place.port}/metrics")).text
    assert place.rows() == rows_of(0)
    assert f"tideline_sink_repaired_rows_total {float(sum(place == 1 for _, _, place, _ in before))}" in metrics


async def test_lost_marks_are_made_good_from_what_clickhouse_holds(place: Place):
    await place.fill(LOGS)
    async with process(place.environment(), *SINK):
        await place.settled(LOGS)
    place.group += "_forgotten"
    longer = [log_of(0, 50), LOGS[1]]
    await place.send([longer[0][RECORDS:], []])
    async with process(place.environment(BLOCK_MAX_ROWS=7), *SINK):
        await place.settled(longer)
    assert place.rows() == rows_of(0, 50) + rows_of(1)
    assert set(place.ledger().values()) == {place.rows().total()}


async def test_rows_too_old_to_be_known_again_are_left_alone(place: Place):
    old = [log_of(0, received_ms=NOW_MS - 20 * DAY_MS)]
    await place.fill(old)
    async with process(place.environment(), *SINK):
        await place.settled(old)
    place.group += "_forgotten"
    async with process(place.environment(), *SINK):
        await place.settled(old)
    assert place.rows().total() == rows_of(0).total()


async def test_beacons_made_anew_start_their_offsets_over(place: Place):
    now = {"received": NOW_MS // 1_000, "timestamp": NOW_MS}
    first = [record(0, [section(5, 2, **now), section(6, 1, **now)])]
    again = [record(1, [section(0, 1, **now), section(1, 2, **now)], LATER_INCARNATION)]
    await place.fill([first + again])
    async with process(place.environment(), *SINK):
        await place.settled([first + again])
    assert set(place.rows()) == {
        *((0, 0, 0, 0), (0, 1, 0, 1_000), (0, 1, 1, 1_001)),
        *((0, 5, 0, 5_000), (0, 5, 1, 5_001), (0, 6, 0, 6_000)),
    }


async def test_a_gap_in_the_log_ends_the_process_with_a_failure(place: Place):
    await place.fill([[record(0, [section(1, received=NOW_MS // 1_000)]), record(1, [section(3)])]])
    async with process(place.environment(), *SINK) as sink:
        assert await ended(sink) != 0
    assert set(place.rows()) <= {(0, 1, 0, 1_000), (0, 1, 1, 1_001)}


async def test_it_tells_that_it_is_ready_and_what_it_did(place: Place):
    await place.fill(LOGS)
    async with process(place.environment(), *SINK), httpx.AsyncClient() as http:
        await place.settled(LOGS)
        ready = await http.get(f"http://127.0.0.1:{place.port}/health/ready")
        metrics = await http.get(f"http://127.0.0.1:{place.port}/metrics")
    assert ready.json() == {"status": "ok", "checks": {"kafka": "ok", "clickhouse": "ok"}}
    assert f"tideline_sink_rows_total {float(EXPECTED.total())}" in metrics.text


async def test_two_sinks_share_the_partitions_and_no_row_comes_twice(place: Place):
    await place.fill(LOGS)
    async with process(place.environment(), *SINK) as first:
        other = place.environment(PORT=free_port())
        async with process(other, *SINK):
            await place.settled(LOGS)
            await place.send([log_of(0, 60)[40:], log_of(1, 60)[40:]])
            await ended(first, signal.SIGTERM)
            await place.settled([log_of(0, 60), log_of(1, 60)])
    assert place.rows() == rows_of(0, 60) + rows_of(1, 60)


async def test_while_clickhouse_is_away_nothing_is_lost_and_no_partition_changes_hands(place: Place):
    await place.fill(LOGS)
    async with (
        gate(place.clickhouse_url) as (url, opened),
        process(place.environment(CLICKHOUSE_URL=url), *SINK),
        httpx.AsyncClient() as http,
    ):
        await place.settled(LOGS)
        opened.clear()
        await place.send([log_of(0, 60)[40:], []])
        await asyncio.sleep(8)  # longer than the session
        ready = await http.get(f"http://127.0.0.1:{place.port}/health/ready")
        assert ready.json()["checks"]["clickhouse"] != "ok"
        opened.set()
        await place.settled([log_of(0, 60), LOGS[1]])
        metrics = (await http.get(f"http://127.0.0.1:{place.port}/metrics")).text
    assert place.rows() == rows_of(0, 60) + rows_of(1)
    assert "tideline_sink_fenced_total 0.0" in metrics
    assert "tideline_sink_assignments_total 1.0" in metrics
