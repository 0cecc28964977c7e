"""The process as it is started, against real Kafka and Valkey: envelopes in, events out, kills in between."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from contract.dead_letter import WHOLE_ENVELOPE, DeadLetter, decode_dead_letter
from contract.envelope import decode_events
from contract.event import Event
from contract.outcomes import DeadReason
from contract.tide import REDIS_ROUTING_KEY, REDIS_TIDE_KEY, day_of, month_of
from local_stack.ports import free_port
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from redis.asyncio import Redis
from runtime.kafka_topics import delete_topics, make_topics

TOPICS = ("beacons", "events", "dead-letters")
PARTITIONS = 2


@pytest.fixture
def secrets(make_secrets):
    return make_secrets(now_ms())


@pytest.fixture
def own_redis_url(redis_url):
    """A database that these tests may empty."""
    return f"{redis_url.rpartition('/')[0]}/5"


@pytest.fixture
async def topics(kafka_url, own_redis_url, secrets):
    """Empty topics of two partitions, and the tides in Redis; the bootstrap servers."""
    redis = Redis.from_url(own_redis_url)
    for tide in secrets.tides.values():
        await redis.set(REDIS_TIDE_KEY.format(day=tide.day), msgspec.msgpack.encode(tide))
    await redis.set(REDIS_ROUTING_KEY.format(month=month_of(now_ms())), bytes(16))
    await redis.aclose()
    bootstrap = kafka_url.removeprefix("kafka://")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await delete_topics(admin, set(await admin.list_topics()) & set(TOPICS))
    await make_topics(admin, [NewTopic(name, PARTITIONS, 1) for name in TOPICS])
    await admin.close()
    return bootstrap


@pytest.fixture
async def send(topics, sealed):
    """Append an envelope: partition, sequence and beacons in."""
    producer = AIOKafkaProducer(bootstrap_servers=topics, enable_idempotence=True)
    await producer.start()

    async def append(partition: int, sequence: int, beacons: list, **more: object) -> None:
        value = sealed(beacons, sequence, day=day_of(now_ms()), **more)
        await producer.send_and_wait("beacons", value, partition=partition)

    append.raw = producer.send_and_wait
    yield append
    await producer.stop()


@pytest.fixture
def visit(beacon):
    """A pageview of a visitor, now."""

    def make(visitor: int, page: str = "/", **changes):
        return beacon(
            client_ip=f"198.51.100.{visitor}", received_ms=now_ms(), url=f"https://shop.example{page}", **changes
        )

    return make


@asynccontextmanager
async def running(
    kafka_url: str, redis_url: str, module: str = "enricher", **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    own = {"KAFKA_URL": kafka_url, "REDIS_URL": redis_url, "PORT": str(free_port()), "SESSION_TIMEOUT_S": "6"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env={**os.environ, **own, **more})
    process.port = int(own["PORT"])
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)


async def events(bootstrap: str, want: int, deadline_s: float = 60.0) -> list[Event]:
    """The events in the log as a reader takes them: sections at or below its mark passed over, gaps refused."""
    found: list[Event] = []
    marks = dict.fromkeys(range(PARTITIONS), -1)
    until = time.monotonic() + deadline_s
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition("events", partition) for partition in range(PARTITIONS)])
    try:
        while len(found) < want and time.monotonic() < until:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    for section in decode_events(record.value).sections:
                        if section.source_offset <= marks[record.partition]:
                            continue
                        assert section.source_offset == marks[record.partition] + 1
                        marks[record.partition] = section.source_offset
                        found += section.events
    finally:
        await consumer.stop()
    return found


async def every_record(bootstrap: str, topic: str) -> list[tuple[int, bytes]]:
    """Partition and value of all that a topic holds now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    found: list[tuple[int, bytes]] = []
    while len(found) < sum(ends.values()):
        for records in (await consumer.getmany(timeout_ms=200)).values():
            found += [(record.partition, record.value) for record in records]
    await consumer.stop()
    return found


async def letters(bootstrap: str) -> list[DeadLetter]:
    return [decode_dead_letter(value) for _, value in await every_record(bootstrap, "dead-letters")]


async def sections(bootstrap: str) -> list[tuple[int, int]]:
    """Partition and source offset of every section, a second owner's copies too."""
    values = await every_record(bootstrap, "events")
    return [(p, section.source_offset) for p, value in values for section in decode_events(value).sections]


async def test_beacons_become_events_with_a_session(kafka_url, own_redis_url, topics, send, visit):
    await send(0, 1, [visit(1, "/"), visit(1, "/cart"), visit(2, "/")])
    async with running(kafka_url, own_redis_url):
        found = await events(topics, 3)
    assert [(e.page, e.session_seq, e.entry_page) for e in found] == [("/", 1, "/"), ("/cart", 2, "/"), ("/", 1, "/")]
    assert found[0].session_id == found[1].session_id != found[2].session_id
    assert (found[0].browser, found[0].os, found[0].device) == ("Firefox", "GNU/Linux", "Desktop")


async def test_a_kill_loses_nothing_doubles_nothing_and_splits_no_session(
    kafka_url, own_redis_url, topics, send, visit
):
    for number in range(1, 21):
        await send(number % PARTITIONS, number, [visit(number % PARTITIONS, f"/{number}")])
    async with running(kafka_url, own_redis_url) as process:
        await events(topics, 5)
        process.kill()
        await process.wait()
    for number in range(21, 31):
        await send(number % PARTITIONS, number, [visit(number % PARTITIONS, f"/{number}")])
    async with running(kafka_url, own_redis_url) as process:
        found = await events(topics, 30)
    assert sorted(int(e.page[1:]) for e in found) == list(range(1, 31))
    assert len({e.session_id for e in found}) == 2
    assert len({e.event_id for e in found}) == 30
    assert sorted(e.session_seq for e in found) == sorted([*range(1, 16), *range(1, 16)])


async def test_an_envelope_that_a_collector_sends_twice_counts_once(kafka_url, own_redis_url, topics, send, visit):
    twice = visit(1, "/once")
    await send(0, 1, [twice])
    await send(0, 1, [twice])
    await send(0, 2, [visit(1, "/after")])
    async with running(kafka_url, own_redis_url):
        found = await events(topics, 2)
    assert [e.page for e in found] == ["/once", "/after"]


async def test_a_partition_moves_to_a_second_process_and_back(kafka_url, own_redis_url, topics, send, visit):
    async with running(kafka_url, own_redis_url):
        await send(0, 1, [visit(1, "/1")])
        await send(1, 1, [visit(2, "/1")])
        await events(topics, 2)
        async with running(kafka_url, own_redis_url):
            for number in range(2, 22):
                await send(number % PARTITIONS, number, [visit(1 + number % PARTITIONS, f"/{number}")])
                await asyncio.sleep(0.4)
        await send(0, 22, [visit(1, "/22")])
        await send(1, 23, [visit(2, "/23")])
        found = await events(topics, 24)
    assert sorted(int(e.page[1:]) for e in found) == [1, *range(1, 24)]
    assert len({e.session_id for e in found}) == 2


async def test_a_process_that_was_frozen_and_wakes_again_doubles_nothing(kafka_url, own_redis_url, topics, send, visit):
    async with running(kafka_url, own_redis_url) as frozen:
        await send(0, 1, [visit(1, "/1")])
        await send(1, 2, [visit(2, "/2")])
        await events(topics, 2)
        frozen.send_signal(signal.SIGSTOP)
        async with running(kafka_url, own_redis_url):
            for number in range(3, 13):
                await send(number % PARTITIONS, number, [visit(1 + number % PARTITIONS, f"/{number}")])
            await events(topics, 12)
            frozen.send_signal(signal.SIGCONT)
            for number in range(13, 23):
                await send(number % PARTITIONS, number, [visit(1 + number % PARTITIONS, f"/{number}")])
                await asyncio.sleep(0.2)
            found = await events(topics, 22)
    assert sorted(int(e.page[1:]) for e in found) == list(range(1, 23))
    assert len({e.event_id for e in found}) == 22


async def test_what_faust_stops_bringing_is_read_without_it(kafka_url, own_redis_url, topics, send, visit):
    async with running(kafka_url, own_redis_url, "services.enricher.tests.deaf_enricher"):
        for number in range(1, 6):
            await send(0, number, [visit(1, f"/{number}")])
        found = await events(topics, 5)
    assert [e.page for e in found] == ["/1", "/2", "/3", "/4", "/5"]


async def test_what_cannot_be_read_becomes_a_dead_letter_and_the_rest_goes_on(
    kafka_url, own_redis_url, topics, send, visit
):
    await send.raw("beacons", b"not an envelope", partition=0)
    await send(0, 1, [visit(1, "/after")])
    async with running(kafka_url, own_redis_url):
        found = await events(topics, 1)
    assert [e.page for e in found] == ["/after"]
    (letter,) = await letters(topics)
    assert (letter.reason, letter.value, letter.source_offset) == (DeadReason.UNREADABLE, b"not an envelope", 0)


async def test_a_kill_between_a_letter_and_its_section_makes_the_letter_again_under_the_same_key(
    kafka_url, own_redis_url, topics, send, visit
):
    await send.raw("beacons", b"not an envelope", partition=0)
    await send(0, 1, [visit(1, "/after")])
    async with running(kafka_url, own_redis_url, "services.enricher.tests.dying_enricher") as dying:
        assert await asyncio.wait_for(dying.wait(), 60) == -signal.SIGKILL
    first = await letters(topics)
    assert len(first) == 1
    assert await sections(topics) == []
    async with running(kafka_url, own_redis_url):
        await events(topics, 1)
    assert [offset for _, offset in await sections(topics)] == [0, 1]
    assert {(x.incarnation, x.partition, x.source_offset, x.place) for x in await letters(topics)} == {
        (first[0].incarnation, 0, 0, WHOLE_ENVELOPE)
    }


async def test_sigterm_under_load_ends_it_in_time_and_nothing_is_written_twice_or_left_out(
    kafka_url, own_redis_url, topics, send, visit
):
    sent, stopping = 0, asyncio.Event()

    async def load() -> None:
        nonlocal sent
        while not stopping.is_set():
            await asyncio.gather(*(send(p, sent + 1, [visit(p, f"/{sent}")] * 10) for p in range(PARTITIONS)))
            sent += 1
            await asyncio.sleep(0.02)

    loading = asyncio.create_task(load())
    async with running(kafka_url, own_redis_url) as process:
        await events(topics, 400)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0
    stopping.set()
    await loading
    async with running(kafka_url, own_redis_url):
        found = await events(topics, 10 * PARTITIONS * sent)
    assert len(found) == len({e.event_id for e in found}) == 10 * PARTITIONS * sent
    written = await sections(topics)
    assert len(written) == len(set(written))


async def test_it_ends_with_an_error_where_the_tail_of_events_cannot_be_read(
    kafka_url, own_redis_url, topics, send, visit
):
    await send.raw("events", b"not an envelope", partition=0)
    await send(0, 1, [visit(1)])
    async with running(kafka_url, own_redis_url) as process:
        assert await asyncio.wait_for(process.wait(), 60) != 0


async def test_an_emptied_redis_changes_no_visitor_and_is_filled_again(kafka_url, own_redis_url, topics, send, visit):
    async with running(kafka_url, own_redis_url) as process, Redis.from_url(own_redis_url) as redis:
        await send(0, 1, [visit(1, "/before")])
        await events(topics, 1)
        await redis.flushdb()
        await send(0, 2, [visit(1, "/after")])
        before, after = await events(topics, 2)
        assert (after.visitor, after.session_id) == (before.visitor, before.session_id)
        await _ready(process.port)
        for _ in range(50):
            if await redis.exists(REDIS_TIDE_KEY.format(day=day_of(now_ms()))):
                break
            await asyncio.sleep(0.1)
        assert await redis.exists(REDIS_TIDE_KEY.format(day=day_of(now_ms())))


async def test_a_mounted_geo_database_places_visitors(kafka_url, own_redis_url, topics, send, visit, tmp_path):
    writer = MMDBWriter(4, "test", languages=["en"], description="test")
    writer.insert_network(IPSet(["198.51.100.0/24"]), {"country": {"iso_code": "DE"}})
    writer.to_db_file(str(tmp_path / "geo.mmdb"))
    await send(0, 1, [visit(1)])
    async with running(kafka_url, own_redis_url, GEO_DATABASE=str(tmp_path / "geo.mmdb")):
        (found,) = await events(topics, 1)
    assert found.country == "DE"


async def test_it_is_ready_once_it_has_joined_and_stops_within_its_deadline(kafka_url, own_redis_url, topics):
    async with running(kafka_url, own_redis_url) as process:
        answer = await _ready(process.port)
        assert answer == {"faust": "ok", "intake": "ok", "tides": "ok"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}") as client:
            assert (await client.get("/health/live")).json() == {"status": "ok", "checks": {"progress": "ok"}}
            assert "tideline_enricher_progress_timestamp_seconds" in (await client.get("/metrics")).text
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def _ready(port: int, deadline_s: float = 60.0) -> object:
    until = time.monotonic() + deadline_s
    async with httpx.AsyncClient() as client:
        while time.monotonic() < until:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/health/ready")
                if answer.status_code == 200:
                    return answer.json()["checks"]
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("not ready in time")


def now_ms() -> int:
    return time.time_ns() // 1_000_000
