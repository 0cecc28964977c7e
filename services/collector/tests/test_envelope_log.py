"""One contract suite for every envelope log: the real Kafka and the one in memory."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import OutOfOrderSequenceNumber
from collector.adapters.kafka_log import KafkaLog
from collector.adapters.memory_log import MemoryLog
from collector.beacon_to_envelope import Envelope
from collector.envelope_log import EnvelopeLog, NotAppendedError

PARTITIONS = 3


class OnKafka:
    """A topic of its own, and how to read it back."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.topic = f"beacons-{uuid4()}"

    async def make(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(self.topic, PARTITIONS, 1)])
        await admin.close()

    async def read(self, partition: int) -> list[bytes]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await consumer.start()
        try:
            at = TopicPartition(self.topic, partition)
            consumer.assign([at])
            await consumer.seek_to_beginning(at)
            end = (await consumer.end_offsets([at]))[at]
            return [(await consumer.getone(at)).value for _ in range(end)]
        finally:
            await consumer.stop()


@pytest.fixture
async def on_kafka(kafka_url: str) -> OnKafka:
    made = OnKafka(urlsplit(kafka_url).netloc)
    await made.make()
    return made


@pytest.fixture(params=["memory", "kafka"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[tuple[EnvelopeLog, OnKafka | None]]:
    if request.param == "memory":
        yield MemoryLog(PARTITIONS), None
        return
    made = OnKafka(urlsplit(request.getfixturevalue("kafka_url")).netloc)
    await made.make()
    log = KafkaLog(made.bootstrap, made.topic)
    await log.start()
    yield log, made
    await log.stop()


def envelope(partition: int, sequence: int, size: int = 3) -> Envelope:
    return Envelope(partition, sequence, 1_700_000_000_000, bytes([sequence]) * size)


async def kept(log: EnvelopeLog, made: OnKafka | None, partition: int) -> list[bytes]:
    if made is not None:
        return await made.read(partition)
    assert isinstance(log, MemoryLog)
    return [e.value for e in log.envelopes if e.partition == partition]


async def test_the_log_tells_its_partitions(opened):
    assert await opened[0].partitions() == PARTITIONS


async def test_what_was_acknowledged_is_there_in_order_and_in_its_partition(opened):
    log, made = opened
    await log.partitions()
    for sequence in (1, 2, 3):
        await asyncio.gather(*(log.append(envelope(partition, sequence)) for partition in range(PARTITIONS)))
    for partition in range(PARTITIONS):
        assert await kept(log, made, partition) == [bytes([s]) * 3 for s in (1, 2, 3)]


async def test_the_largest_envelope_fits(opened):
    log, made = opened
    await log.partitions()
    await log.append(envelope(0, 1, 900_000))
    assert [len(value) for value in await kept(log, made, 0)] == [900_000]


async def test_a_kafka_that_is_away_refuses_at_once_and_does_not_stop_the_start():
    log = KafkaLog("127.0.0.1:1")
    await log.start()
    with pytest.raises(NotAppendedError):
        await log.append(envelope(0, 1))
    with pytest.raises(NotAppendedError):
        await log.ready()
    await log.stop()


async def test_a_producer_that_died_is_made_anew(on_kafka: OnKafka):
    log = KafkaLog(on_kafka.bootstrap, on_kafka.topic)
    await log.start()
    await log.partitions()
    await log.append(envelope(0, 1))
    await log._producers[0]._producer._sender.close()
    log._producers[0]._producer._message_accumulator.fail_all(OutOfOrderSequenceNumber())
    with pytest.raises(NotAppendedError, match="OutOfOrderSequenceNumber"):
        await log.append(envelope(0, 2))
    async with asyncio.timeout(10):
        while True:
            try:
                await log.append(envelope(0, 3))
                break
            except NotAppendedError:
                await asyncio.sleep(0.05)
    assert await on_kafka.read(0) == [b"\x01" * 3, b"\x03" * 3]
    await log.stop()
