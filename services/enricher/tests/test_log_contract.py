"""What every `Log` must do: the one in memory, which unit tests stand on, and Kafka alike."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from contract.dead_letter import DEAD_LETTER_VERSION, DeadLetter
from contract.envelope import VERSION, EventEnvelope, Section
from enricher.adapters.kafka_log import KafkaLog, LostTailError, TopicMismatchError
from enricher.ports import Record
from runtime.kafka_topics import delete_topics, make_topics

NOON_MS, MINUTE_MS = 1_763_899_200_000, 60_000
LETTER = DeadLetter(DEAD_LETTER_VERSION, "forged", "beacons", bytes(16), 0, 1, NOON_MS, b"sealed")


class InMemory:
    """The log in memory and what a test does from outside of it."""

    def __init__(self, log) -> None:
        self.log = log

    async def append_beacons(self, *values: bytes) -> None:
        for value in values:
            self.log.source.append(Record(0, len(self.log.source), NOON_MS, value))

    async def commit(self, offset: int) -> None:
        self.log.group_offset = offset

    async def retain_beacons_from(self, offset: int) -> None:
        self.log.first = offset


class OnKafka:
    """The same on a real broker, with topics of its own."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.log = KafkaLog(bootstrap, "log-contract", fetch_bytes=1)

    async def append_beacons(self, *values: bytes) -> None:
        async with _producer(self.bootstrap) as producer:
            for value in values:
                await producer.send_and_wait("beacons", value, partition=0, timestamp_ms=NOON_MS)

    async def commit(self, offset: int) -> None:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id="log-contract", enable_auto_commit=False)
        await consumer.start()
        consumer.assign([TopicPartition("beacons", 0)])
        await consumer.commit({TopicPartition("beacons", 0): offset})
        await consumer.stop()

    async def retain_beacons_from(self, offset: int) -> None:
        await _retain_from(self.bootstrap, "beacons", offset)


@asynccontextmanager
async def _producer(bootstrap: str):
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    yield producer
    await producer.stop()


async def _retain_from(bootstrap: str, topic: str, offset: int) -> None:
    """What retention does: the first offset of partition 0 moves on."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})
    await admin.close()


async def _fresh_topics(bootstrap: str, counts: dict[str, int]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await delete_topics(admin, set(await admin.list_topics()) & set(counts))
    kept = {"retention.ms": "-1"}
    await make_topics(admin, [NewTopic(name, count, 1, topic_configs=kept) for name, count in counts.items()])
    await admin.close()


@pytest.fixture(params=["memory", "kafka"])
async def world(request, memory_log):
    if request.param == "memory":
        yield InMemory(memory_log)
        return
    found = await on_kafka(request.getfixturevalue("kafka_url"))
    yield found
    await found.log.stop()


def envelope(offset: int) -> EventEnvelope:
    return EventEnvelope(VERSION, bytes(16), [Section(offset)], {b"epoch": offset})


async def tail(log, silence_ms: int, partition: int = 0) -> list[tuple[int, int]]:
    found = log.tail(partition, silence_ms)
    return [(time_ms, read.sections[0].source_offset) async for time_ms, read in found]


async def test_an_incarnation_has_sixteen_bytes_and_stays(world):
    assert len(await world.log.incarnation()) == 16
    assert await world.log.incarnation() == await world.log.incarnation()


async def test_an_empty_log_has_no_tail(world):
    assert await tail(world.log, MINUTE_MS) == []


async def test_the_tail_is_what_lies_within_the_silence_before_the_last_record(world):
    times = [NOON_MS + minutes * MINUTE_MS for minutes in (0, 10, 20, 40, 40)]
    for offset, time_ms in enumerate(times):
        await (await world.log.emit(0, envelope(offset), time_ms))
    assert await tail(world.log, 30 * MINUTE_MS) == [(times[o], o) for o in (1, 2, 3, 4)]
    assert await tail(world.log, 30 * MINUTE_MS, partition=1) == []


async def test_records_that_are_emitted_without_waiting_stay_in_order(world):
    acknowledged = [await world.log.emit(0, envelope(offset), NOON_MS) for offset in range(30)]
    await asyncio.gather(*acknowledged)
    assert [offset for _, offset in await tail(world.log, MINUTE_MS)] == list(range(30))


async def test_a_range_of_beacons_is_read_from_its_start_to_before_its_end(world):
    await world.append_beacons(*(b"%d" % number for number in range(6)))
    found = [record async for record in world.log.beacons(0, 2, 5)]
    assert [(record.offset, record.value) for record in found] == [(2, b"2"), (3, b"3"), (4, b"4")]
    assert {(record.partition, record.timestamp_ms) for record in found} == {(0, NOON_MS)}
    assert [record async for record in world.log.beacons(0, 5, 5)] == []
    assert await world.log.first_offset(0) == 0


async def test_a_range_whose_first_records_retention_took_begins_where_it_has_left_it(world):
    await world.append_beacons(*(b"%d" % number for number in range(6)))
    await world.retain_beacons_from(3)
    assert [record.offset async for record in world.log.beacons(0, 0, 6)] == [3, 4, 5]
    assert await world.log.first_offset(0) == 3


async def test_a_range_that_retention_overtakes_while_it_is_read_goes_on_behind_it(world):
    """A record or two may have been on their way already; the fetches hold one record each."""
    await world.append_beacons(*(b"%d" % number for number in range(12)))
    found = []
    async for record in world.log.beacons(0, 0, 12):
        found.append(record.offset)
        if record.offset == 0:
            await world.retain_beacons_from(8)
    assert found[-4:] == [8, 9, 10, 11]
    assert len(found) <= 7


async def test_a_range_that_retention_takes_whole_while_it_is_read_ends(world):
    await world.append_beacons(*(b"%d" % number for number in range(12)))
    found = []
    async for record in world.log.beacons(0, 0, 8):
        found.append(record.offset)
        if record.offset == 0:
            await world.retain_beacons_from(10)
    assert len(found) <= 3


async def test_the_ends_of_partitions_are_told_together(world):
    await world.append_beacons(b"a", b"b", b"c")
    assert await world.log.ends([0, 1]) == {0: 3, 1: 0}


async def test_a_group_that_committed_nothing_stands_at_the_start(world):
    assert await world.log.committed(1) == 0


async def test_the_groups_commit_is_told(world):
    await world.append_beacons(b"a", b"b")
    await world.commit(2)
    assert await world.log.committed(0) == 2


async def test_a_commit_beyond_the_logs_end_is_told_as_the_end(world):
    """What the group committed may outlive a topic that was made anew."""
    await world.append_beacons(b"a", b"b")
    await world.commit(40)
    assert await world.log.committed(0) == 2


async def test_a_dead_letter_is_acknowledged(world):
    await world.log.bury(LETTER)


async def on_kafka(kafka_url: str) -> OnKafka:
    bootstrap = kafka_url.removeprefix("kafka://")
    await _fresh_topics(bootstrap, {"beacons": 2, "events": 2, "dead-letters": 2})
    found = OnKafka(bootstrap)
    await found.log.start()
    return found


async def test_a_tail_that_retention_overtakes_while_it_is_read_goes_on_behind_it(kafka_url):
    world = await on_kafka(kafka_url)
    for offset in range(12):
        await (await world.log.emit(0, envelope(offset), NOON_MS))
    found = []
    async for _, read in world.log.tail(0, MINUTE_MS):
        found.append(read.sections[0].source_offset)
        if found == [0]:
            await _retain_from(world.bootstrap, "events", 8)
    assert found[-4:] == [8, 9, 10, 11]
    assert len(found) <= 7
    await world.log.stop()


async def test_a_tail_of_which_retention_has_left_nothing_is_empty(kafka_url):
    world = await on_kafka(kafka_url)
    for offset in range(3):
        await (await world.log.emit(0, envelope(offset), NOON_MS))
    await _retain_from(world.bootstrap, "events", 3)
    assert await tail(world.log, MINUTE_MS) == []
    await world.log.stop()


async def test_a_range_beyond_the_logs_end_is_refused(kafka_url):
    world = await on_kafka(kafka_url)
    await world.append_beacons(b"only")
    with pytest.raises(LostTailError, match="beacons 0 ends before 5"):
        assert [record async for record in world.log.beacons(0, 5, 7)]
    await world.log.stop()


async def test_topics_of_unequal_partitions_are_refused(kafka_url):
    bootstrap = kafka_url.removeprefix("kafka://")
    await _fresh_topics(bootstrap, {"beacons": 2, "events": 3, "dead-letters": 1})
    log = KafkaLog(bootstrap, "log-contract")
    with pytest.raises(TopicMismatchError, match="beacons has 2 partitions, events 3"):
        await log.start()
    await log.stop()
    await _fresh_topics(bootstrap, {"events": 2})


async def test_a_topic_made_anew_under_it_ends_it(kafka_url):
    bootstrap = kafka_url.removeprefix("kafka://")
    await _fresh_topics(bootstrap, {"beacons": 2, "events": 2, "dead-letters": 2})
    log = KafkaLog(bootstrap, "log-contract", look_again_s=0.1)
    await log.start()
    failing = asyncio.create_task(log.failed())
    await asyncio.sleep(0.3)
    assert not failing.done()
    await _fresh_topics(bootstrap, {"beacons": 2})
    with pytest.raises(TopicMismatchError, match="made anew"):
        await asyncio.wait_for(failing, 10)
    await log.stop()
