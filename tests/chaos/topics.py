"""What an operator does to topics: delete one, give one more partitions."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

_GIVEN_UP_AFTER_S = 20


def delete(kafka_url: str, topic: str) -> None:
    """Delete the topic with all that it holds."""
    _run(_delete(kafka_url.removeprefix("kafka://"), topic))


def widen(kafka_url: str, topic: str, partitions: int) -> None:
    """Give the topic so many partitions in all."""
    _run(_widen(kafka_url.removeprefix("kafka://"), topic, partitions))


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, _GIVEN_UP_AFTER_S))


async def _delete(server: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=server)
    await admin.start()
    try:
        answer = await admin.delete_topics([topic])
        assert all(code == 0 for _, code, *_ in answer.topic_error_codes), answer
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
