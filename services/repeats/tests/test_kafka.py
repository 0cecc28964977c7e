"""The topics on a real Kafka: reading as one of a group, appending, and how far the sink is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.structs import OffsetAndMetadata
from contract.progress import StoredMark
from repeats.adapters.kafka_destination import KafkaDestination
from repeats.adapters.kafka_progress import KafkaProgress
from repeats.adapters.kafka_source import KafkaSource, TopicMadeAnewError
from repeats.ports import AwayError, Envelope
from runtime.kafka_topics import delete_topics, make_topics

from services.repeats.tests.conftest import NOW_MS

KEPT = {"retention.ms": "-1"}
PROGRESS = '{"version":1,"mark":{"source_offset":41,"incarnation":"ab"}}'


@pytest.fixture
def servers(kafka_url: str) -> str:
    return kafka_url.removeprefix("kafka://")


@pytest.fixture
async def admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    made = AIOKafkaAdminClient(bootstrap_servers=servers)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def topic(admin: AIOKafkaAdminClient) -> str:
    name = f"repeats_{uuid4().hex[:8]}"
    await make_topics(admin, [NewTopic(name, 2, 1, topic_configs=KEPT)])
    return name


@asynccontextmanager
async def started(part):
    await part.start()
    try:
        yield part
    finally:
        await part.stop()


async def send(servers: str, topic: str, *values: bytes, partition: int = 0) -> None:
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=partition, timestamp_ms=NOW_MS)


def source(servers: str, topic: str) -> KafkaSource:
    return KafkaSource(servers, "judges", 10, 6.0, topic)


async def test_what_was_committed_is_not_read_again_and_the_rest_is(servers, topic):
    await send(servers, topic, b"0", b"1")
    async with started(source(servers, topic)) as first:
        records = await first.read()
        assert [(r.partition, r.offset, r.timestamp_ms, r.value) for r in records] == [
            (0, 0, NOW_MS, b"0"),
            (0, 1, NOW_MS, b"1"),
        ]
        await first.commit(records[:1])
    async with started(source(servers, topic)) as second:
        assert [record.value for record in await second.read()] == [b"1"]


async def test_what_comes_a_moment_later_in_another_partition_is_of_the_same_batch(servers, topic):
    async with started(KafkaSource(servers, "judges", 10, 6.0, topic, gather_s=5)) as reading:
        batch = asyncio.create_task(reading.read())
        await send(servers, topic, b"first", partition=1)
        await send(servers, topic, b"second", partition=0)
        assert {(record.partition, record.value) for record in await batch} == {(1, b"first"), (0, b"second")}


async def test_no_batch_is_larger_than_it_may_be(servers, topic):
    await send(servers, topic, *(b"%d" % n for n in range(25)))
    async with started(source(servers, topic)) as reading:
        read = [len(await reading.read()) for _ in range(3)]
    assert read == [10, 10, 5]


async def test_a_topic_made_anew_under_it_ends_the_reading(servers, admin, topic):
    await send(servers, topic, b"old")
    async with started(source(servers, topic)) as reading:
        await reading.commit(await reading.read())
        await delete_topics(admin, [topic])
        await make_topics(admin, [NewTopic(topic, 2, 1, topic_configs=KEPT)])
        await send(servers, topic, b"new-0", b"new-1", b"new-2")
        with pytest.raises(TopicMadeAnewError):
            await reading.read()


async def test_a_topic_made_anew_before_the_start_is_read_from_its_beginning(servers, admin, topic):
    await send(servers, topic, b"old")
    async with started(source(servers, topic)) as first:
        await first.commit(await first.read())
        life = first.incarnation()
    await delete_topics(admin, [topic])
    await make_topics(admin, [NewTopic(topic, 2, 1, topic_configs=KEPT)])
    await send(servers, topic, b"new-0", b"new-1")
    async with started(source(servers, topic)) as second:
        assert [record.value for record in await second.read()] == [b"new-0", b"new-1"]
        assert second.incarnation() != life


async def test_a_commit_for_partitions_that_are_anothers_by_now_is_left_to_the_other(servers, topic):
    await send(servers, topic, b"0")
    async with started(source(servers, topic)) as first:
        records = await first.read()
        first._reader.unsubscribe()
        await first.commit(records)
    async with started(source(servers, topic)) as second:
        assert [record.value for record in await second.read()] == [b"0"]


async def test_an_envelope_lies_where_it_belongs_under_its_own_time(servers, topic):
    async with started(KafkaDestination(servers, beacons=topic)) as destination:
        assert await destination.partitions() == 2
        await destination.append(Envelope(1, 7, NOW_MS - 5_000, b"sealed"))
    async with started(source(servers, topic)) as reading:
        (record,) = await reading.read()
    assert (record.partition, record.timestamp_ms, record.value) == (1, NOW_MS - 5_000, b"sealed")


async def test_progress_tells_bounds_life_and_what_the_sink_says(servers, admin, topic):
    await send(servers, topic, b"0", b"1", b"2")
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=2)})
    group = f"sink_{topic}"
    async with started(KafkaProgress(servers, group, topic, topic)) as progress:
        assert await progress.bounds() == {0: (2, 3), 1: (0, 0)}
        assert len(await progress.incarnation()) == 32
        assert await progress.marks() == {}
        await progress.check()
        async with AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False) as sink:
            sink.assign([TopicPartition(topic, 0)])
            await sink.commit({TopicPartition(topic, 0): OffsetAndMetadata(3, PROGRESS)})
        assert await progress.marks() == {0: StoredMark(41, "ab")}


async def test_progress_of_a_topic_that_is_not_there_is_away(servers):
    missing = f"none_{uuid4().hex[:8]}"
    async with started(KafkaProgress(servers, "sink", missing, missing)) as progress:
        for ask in (progress.bounds, progress.marks, progress.incarnation):
            with pytest.raises(AwayError):
                await ask()
