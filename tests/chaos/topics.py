"""What an operator does to topics: delete one, give one more partitions."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from runtime.kafka_topics import delete_topics

T = TypeVar("T")
_GIVEN_UP_AFTER_S = 20


def delete(kafka_url: str, topic: str) -> None:
    """Delete the topic with all that it holds."""
    _run(_delete(kafka_url.removeprefix("kafka://"), topic))


def widen(kafka_url: str, topic: str, partitions: int) -> None:
    """Give the topic so many partitions in all."""
    _run(_widen(kafka_url.removeprefix("kafka://"), topic, partitions))


def end_of(kafka_url: str, topic: str, partition: int) -> int:
    """The offset behind the partition's last record."""
    return _run(_end_of(kafka_url.removeprefix("kafka://"), TopicPartition(topic, partition)))


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, _GIVEN_UP_AFTER_S))


async def _end_of(server: str, place: TopicPartition) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=server)
    await consumer.start()
    try:
        return (await consumer.end_offsets([place]))[place]
    finally:
        await consumer.stop()


async def _delete(server: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=server)
    await admin.start()
    try:
        await delete_topics(admin, [topic])
    finally:
        await admin.close()


async def _widen(server: str, topic: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=server)
    await admin.start()
    try:
        answer = await admin.create_partitions({topic: NewPartitions(partitions)})
        assert all(code == 0 for _, code, *_ in answer.topic_errors), answer
    finally:
        await admin.close()
