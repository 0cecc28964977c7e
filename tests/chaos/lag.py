"""How many records of `beacons` and `events` their consumer groups have not committed yet, asked of Kafka itself."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

READERS = {"enricher": "beacons", "sink": "events"}
"""Consumer group to the topic that it reads."""
_ANSWER_WITHIN_S = 8


class AwayError(Exception):
    """Kafka does not answer."""


async def records(kafka_url: str) -> int:
    """The records behind, both groups together. Raises AwayError or TimeoutError."""
    server = kafka_url.removeprefix("kafka://")
    try:
        return await asyncio.wait_for(_records(server), _ANSWER_WITHIN_S)
    except (KafkaError, OSError) as error:
        raise AwayError(type(error).__name__) from error


async def _records(server: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=server, request_timeout_ms=5_000)
    consumer = AIOKafkaConsumer(bootstrap_servers=server, request_timeout_ms=5_000)
    try:
        await admin.start()
        await consumer.start()
        behind = 0
        for group, topic in READERS.items():
            described = await admin.describe_topics([topic])
            places = [TopicPartition(topic, found["partition"]) for found in described[0]["partitions"]]
            ends = await consumer.end_offsets(places)
            done = await admin.list_consumer_group_offsets(group)
            behind += sum(end - (done[place].offset if place in done else 0) for place, end in ends.items())
        return behind
    finally:
        await consumer.stop()
        await admin.close()
