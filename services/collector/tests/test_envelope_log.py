"""One contract suite for every envelope log: the real Kafka, the one in memory, and either behind a spool."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import OutOfOrderSequenceNumber
from collector.adapters.disk_spool import DiskSpool
from collector.adapters.kafka_log import KafkaLog
from collector.adapters.memory_log import MemoryLog
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError, RunLog
from collector.spooling_log import SpoolingLog
from runtime.kafka_topics import make_topics
from runtime.lifecycle import Component

PARTITIONS = 3


class OnKafka:
    """A topic of its own, and how to read it back."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.topic = f"beacons-{uuid4()}"

    async def make(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        await make_topics(admin, [NewTopic(self.topic, PARTITIONS, 1, topic_configs={"retention.ms": "-1"})])
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


class Opened:
    """A log, and how to read what it kept."""

    def __init__(self, log: RunLog | SpoolingLog, kept: MemoryLog | OnKafka) -> None:
        self.log = log
        self.topic = kept.topic if isinstance(kept, OnKafka) else "beacons"
        self._kept = kept

    def envelope(self, partition: int, sequence: int, size: int = 3) -> Envelope:
        return Envelope(LaneName(self.topic, partition), sequence, 1_700_000_000_000, 0, bytes([sequence]) * size)

    async def kept(self, partition: int) -> list[bytes]:
        if isinstance(self._kept, OnKafka):
            return await self._kept.read(partition)
        return [e.value for e in self._kept.envelopes if e.lane.partition == partition]


@pytest.fixture(params=["memory", "kafka", "memory behind a spool", "kafka behind a spool"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opened]:
    log: KafkaLog | MemoryLog = MemoryLog(PARTITIONS)
    kept: MemoryLog | OnKafka = log
    if request.param.startswith("kafka"):
        kept = OnKafka(urlsplit(request.getfixturevalue("kafka_url")).netloc)
        await kept.make()
        log = KafkaLog(kept.bootstrap, (kept.topic,))
    components: list[Component] = [log] if isinstance(log, KafkaLog) else []
    outer: RunLog | SpoolingLog = log
    if request.param.endswith("spool"):
        spool = DiskSpool(tmp_path, 10_000_000)
        outer = SpoolingLog(log, spool, 5.0, log.partitions)
        components += [spool, outer]
    for component in components:
        await component.start()
    yield Opened(outer, kept)
    for component in reversed(components):
        await component.stop()


async def test_the_log_tells_its_partitions(opened: Opened):
    assert await opened.log.partitions(opened.topic) == PARTITIONS


async def test_what_was_acknowledged_is_there_in_order_and_in_its_partition(opened: Opened):
    await opened.log.partitions(opened.topic)
    for sequence in (1, 2, 3):
        sent = (opened.log.append(opened.envelope(partition, sequence)) for partition in range(PARTITIONS))
        await asyncio.gather(*sent)
    for partition in range(PARTITIONS):
        assert await opened.kept(partition) == [bytes([s]) * 3 for s in (1, 2, 3)]


async def test_the_largest_envelope_fits(opened: Opened):
    await opened.log.partitions(opened.topic)
    await opened.log.append(opened.envelope(0, 1, 900_000))
    assert [len(value) for value in await opened.kept(0)] == [900_000]


@pytest.mark.parametrize("opened", ["memory", "kafka"], indirect=True)
async def test_a_run_of_envelopes_is_there_in_order_behind_what_was_there(opened: Opened):
    await opened.log.partitions(opened.topic)
    await opened.log.append(opened.envelope(1, 1))
    await opened.log.append_run([opened.envelope(1, sequence, 2_000) for sequence in range(2, 250)])
    await opened.log.append(opened.envelope(1, 250))
    assert [value[0] for value in await opened.kept(1)] == list(range(1, 251))


def envelope(topic: str, sequence: int) -> Envelope:
    return Envelope(LaneName(topic, 0), sequence, 1_700_000_000_000, 0, bytes([sequence]) * 3)


async def test_a_kafka_that_is_away_refuses_at_once_and_does_not_stop_the_start():
    log = KafkaLog("127.0.0.1:1", ("beacons",))
    await log.start()
    with pytest.raises(NotAppendedError):
        await log.append(envelope("beacons", 1))
    with pytest.raises(NotAppendedError):
        await log.ready()
    await log.stop()


async def test_a_partition_that_is_no_more_is_told_of(on_kafka: OnKafka):
    log = KafkaLog(on_kafka.bootstrap, (on_kafka.topic,))
    await log.start()
    await log.partitions(on_kafka.topic)
    with pytest.raises(NotAppendedError, match="no partition 3"):
        await log.append_run([Envelope(LaneName(on_kafka.topic, PARTITIONS), 1, 0, 0, b"")])
    await log.stop()


async def test_a_producer_that_died_is_made_anew(on_kafka: OnKafka):
    log = KafkaLog(on_kafka.bootstrap, (on_kafka.topic,))
    await log.start()
    await log.partitions(on_kafka.topic)
    await log.append(envelope(on_kafka.topic, 1))
    await log._producers[0]._producer._sender.close()
    log._producers[0]._producer._message_accumulator.fail_all(OutOfOrderSequenceNumber())
    with pytest.raises(NotAppendedError, match="OutOfOrderSequenceNumber"):
        await log.append(envelope(on_kafka.topic, 2))
    async with asyncio.timeout(10):
        while True:
            try:
                await log.append(envelope(on_kafka.topic, 3))
                break
            except NotAppendedError:
                await asyncio.sleep(0.05)
    assert await on_kafka.read(0) == [b"\x01" * 3, b"\x03" * 3]
    await log.stop()
