"""Kafka's topics as the contract has them: made where missing, refused where they differ."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from contract.topics import BEACONS, EVENTS, TOPICS
from runtime.kafka_topics import TopicRefusedError, make_topics, partition_counts


class TopicError(Exception):
    """Topics exist in a form that would break a promise; the message says which."""


def bootstrap_of(kafka_url: str) -> str:
    """`kafka://host:port,host:port` as the client's bootstrap list."""
    return urlsplit(kafka_url).netloc or kafka_url


async def create_topics(kafka_url: str, partitions: int) -> list[str]:
    """Make the contract's topics that are missing; the names made.

    Raises TopicError where Kafka refuses one, and on unequal partition counts.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_of(kafka_url))
    await admin.start()
    try:
        found = await admin.list_topics()
        missing = [topic for topic in TOPICS if topic.name not in found]
        brokers = len((await admin.describe_cluster())["brokers"])
        if missing:
            await make_topics(
                admin,
                [NewTopic(t.name, partitions, min(brokers, 3), topic_configs=t.settings(brokers)) for t in missing],
            )
        _check_counts(await partition_counts(admin, [BEACONS.name, EVENTS.name]))
    except TopicRefusedError as error:
        raise TopicError(str(error)) from error
    finally:
        await admin.close()
    return [topic.name for topic in missing]


def _check_counts(counts: Mapping[str, int]) -> None:
    if counts[BEACONS.name] != counts[EVENTS.name]:
        raise TopicError(
            f"`{BEACONS.name}` has {counts[BEACONS.name]} partitions and `{EVENTS.name}` has {counts[EVENTS.name]}:"
            " they must be equal, since a partition of the one flows into the same of the other"
        )
