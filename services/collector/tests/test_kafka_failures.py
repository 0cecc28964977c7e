"""A broker of one's own, killed and stood still under envelopes: what was acknowledged is there, in order."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from collector.adapters.kafka_log import KafkaLog, PartitionsChangedError
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError
from runtime.kafka_topics import make_topics

from services.collector.tests.live import Broker, records

TOPIC = "beacons"


async def going_on(acknowledged: list[bytes], wanted: int) -> None:
    """Return once there are so many."""
    while len(acknowledged) < wanted:  # noqa: ASYNC110  a list cannot be awaited
        await asyncio.sleep(0.1)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    made = Broker(tmp_path)
    await made.start()
    admin = AIOKafkaAdminClient(bootstrap_servers=made.bootstrap)
    await admin.start()
    settings = {"flush.messages": "1", "retention.ms": "-1"}
    await make_topics(admin, [NewTopic(TOPIC, 1, 1, topic_configs=settings)])
    await admin.close()
    yield made
    await made.stop()


@pytest.mark.parametrize("failure", ["killed", "stood_still"])
async def test_a_broker_that_fails_loses_nothing_acknowledged_and_keeps_the_order(broker: Broker, failure: str):
    log = KafkaLog(broker.bootstrap, (TOPIC,))
    await log.start()
    await log.partitions(TOPIC)
    acknowledged: list[bytes] = []
    ending = asyncio.Event()

    async def append_on() -> None:
        sequence = 0
        while not ending.is_set():
            sequence += 1
            value = sequence.to_bytes(8)
            try:
                await log.append(Envelope(LaneName(TOPIC, 0), sequence, 1_700_000_000_000, 0, value))
                acknowledged.append(value)
            except NotAppendedError:
                await asyncio.sleep(0.05)

    appending = asyncio.create_task(append_on())
    await asyncio.sleep(1.0)
    before = len(acknowledged)
    if failure == "killed":
        await broker.kill()
        await broker.start()
    else:
        broker.signal(signal.SIGSTOP)
        await asyncio.sleep(3.0)
        broker.signal(signal.SIGCONT)
    await asyncio.wait_for(going_on(acknowledged, before + 5), 60)
    ending.set()
    await appending
    found = [value for _, value in await records(f"kafka://{broker.bootstrap}", TOPIC, partitions=1)]
    assert set(acknowledged) <= set(counted_once(found))
    assert found == sorted(found)
    await log.stop()


def counted_once(found: list[bytes]) -> list[bytes]:
    """What a reader keeps that drops every number not above the last: a killed broker may hold one twice."""
    return [value for place, value in enumerate(found) if all(value > before for before in found[:place])]


async def test_a_partition_that_is_added_ends_the_log_since_visitors_would_move_unseen(broker: Broker):
    log = KafkaLog(broker.bootstrap, (TOPIC,))
    await log.start()
    assert await log.partitions(TOPIC) == 1
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_partitions({TOPIC: NewPartitions(3)})
    await admin.close()
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(log.failed(), 30.0)
    assert ended.group_contains(PartitionsChangedError, match="start anew")
    await log.stop()
