"""Kafka: where `beacons` ends, and what the sink says beside its committed offsets of `events`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from contract.progress import StoredMark, read_stored_mark
from contract.topics import BEACONS, EVENTS
from runtime import lifecycle
from runtime.kafka_topic_ids import TopicIdError, topic_id
from runtime.retry import retrying

from repeats.ports import AwayError

T = TypeVar("T")


class KafkaProgress:
    """A component. Reads no records: its consumer is in no group and is assigned nothing."""

    def __init__(self, bootstrap: str, sink_group: str, beacons: str = BEACONS.name, events: str = EVENTS.name) -> None:
        self._bootstrap = bootstrap
        self._sink_group = sink_group
        self._beacons = beacons
        self._events = events
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="repeats")
        self._asking = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, client_id="repeats", metadata_max_age_ms=5_000, request_timeout_ms=10_000
        )

    async def start(self) -> None:
        """Connect, however long Kafka takes to be there."""
        await retrying(self._admin.start, on=(KafkaError,), what="kafka_admin_start")
        await retrying(self._asking.start, on=(KafkaError,), what="kafka_start")

    async def stop(self) -> None:
        """Disconnect."""
        await self._asking.stop()
        await self._admin.close()

    async def failed(self) -> None:
        """Never: what fails is told to whoever asks."""
        await lifecycle.forever()

    async def check(self) -> None:
        """Return where Kafka answers; raises AwayError."""
        await _told(self._admin.list_topics)

    async def bounds(self) -> Mapping[int, tuple[int, int]]:
        """By partition of `beacons`: the first offset that is left, and the one after the last. Raises AwayError."""
        partitions = [TopicPartition(self._beacons, number) for number in await self._partitions()]
        # asked for first: what is gone by the time the end is known was still there before
        firsts = await _told(lambda: self._asking.beginning_offsets(partitions))
        ends = await _told(lambda: self._asking.end_offsets(partitions))
        return {partition.partition: (firsts[partition], ends[partition]) for partition in partitions}

    async def incarnation(self) -> str:
        """Hex of the topic id of `beacons`. Raises AwayError."""
        return (await _told(lambda: topic_id(self._bootstrap, self._beacons))).hex()

    async def marks(self) -> Mapping[int, StoredMark]:
        """By partition, what the sink says that it has stored. Raises AwayError."""
        events = [TopicPartition(self._events, number) for number in await self._partitions()]
        found = await _told(lambda: self._admin.list_consumer_group_offsets(self._sink_group, partitions=events))
        marks = {partition.partition: read_stored_mark(value.metadata) for partition, value in found.items()}
        return {partition: mark for partition, mark in marks.items() if mark is not None}

    async def _partitions(self) -> list[int]:
        (topic,) = await _told(lambda: self._admin.describe_topics([self._beacons]))
        if not topic["partitions"]:
            raise AwayError("kafka: no topic")
        return sorted(partition["partition"] for partition in topic["partitions"])


async def _told(ask: Callable[[], Awaitable[T]]) -> T:
    try:
        return await ask()
    except (KafkaError, TopicIdError, OSError, TimeoutError) as error:
        raise AwayError(f"kafka: {type(error).__name__}") from None
