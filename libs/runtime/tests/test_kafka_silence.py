"""A real consumer that brings nothing: stuck only where the broker has more for it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError
from runtime.kafka_silence import Silence
from runtime.kafka_topics import make_topics

from libs.runtime.tests.clock import Clock

WHILE_S = 60.0


@pytest.fixture
def servers(kafka_url: str) -> str:
    return kafka_url.removeprefix("kafka://")


@pytest.fixture
async def partitions(servers: str) -> list[TopicPartition]:
    name = f"silence-test-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await make_topics(admin, [NewTopic(name, 2, 1)])
    await admin.close()
    return [TopicPartition(name, 0), TopicPartition(name, 1)]


@pytest.fixture
async def consumer(servers: str, partitions: list[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    made = AIOKafkaConsumer(bootstrap_servers=servers)
    await made.start()
    made.assign(partitions)
    for partition in partitions:
        made.seek(partition, 0)
    yield made
    await made.stop()


async def append(servers: str, partition: TopicPartition) -> None:
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        await producer.send_and_wait(partition.topic, b"more", partition=partition.partition)


async def test_a_consumer_is_stuck_where_the_broker_has_more_and_no_longer_once_it_brings_it(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], servers: str, clock: Clock
) -> None:
    silence = Silence(consumer, consumer.assignment, clock)
    consumer.pause(partitions[1])
    await append(servers, partitions[1])
    assert await consumer.getmany(timeout_ms=200) == {}
    assert not await silence.is_stuck(), "nobody asks before a while of nothing"
    clock.now_s += WHILE_S
    assert await silence.is_stuck()
    assert await silence.is_stuck(), "and it stays so"
    consumer.resume(partitions[1])
    assert await consumer.getmany(timeout_ms=5_000)
    assert not await silence.is_stuck()


async def test_who_has_read_all_is_not_stuck_however_long_nothing_comes(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], servers: str, clock: Clock
) -> None:
    silence = Silence(consumer, lambda: [partitions[0]], clock)
    await append(servers, partitions[0])
    consumer.pause(partitions[1])
    await append(servers, partitions[1])
    assert await consumer.getmany(partitions[0], timeout_ms=5_000)
    silence.broken()
    for _ in range(3):
        clock.now_s += WHILE_S
        assert not await silence.is_stuck(), "the other partition is somebody else's"


async def test_who_has_no_partition_is_not_stuck(consumer: AIOKafkaConsumer, clock: Clock) -> None:
    silence = Silence(consumer, list, clock)
    clock.now_s += WHILE_S
    assert not await silence.is_stuck()


class AwayConsumer:
    """A consumer whose broker does not answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
        raise self.error


@pytest.mark.parametrize("error", [KafkaConnectionError(), TimeoutError()])
async def test_nothing_is_held_against_a_consumer_whose_broker_does_not_answer(error: Exception, clock: Clock) -> None:
    silence = Silence(AwayConsumer(error), list, clock)
    clock.now_s += WHILE_S
    assert not await silence.is_stuck()
