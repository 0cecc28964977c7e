"""Kafka: a partition's records by a group's consumer, and its committed offsets with their metadata."""

from time import time_ns

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, GroupLoadInProgressError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from runtime.kafka_silence import Silence
from runtime.kafka_topic_ids import topic_id
from runtime.retry import retrying

from sink.events_to_block import Record
from sink.intent import Progress, decode, encode
from sink.ports import FencedError, Saved
from sink.reach import Ends

_RECORDS_A_READ = 32
_NO_OFFSET = -1


class KafkaLog:
    """One partition of a consumer."""

    def __init__(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        self._consumer = consumer
        self._partition = partition
        self._silence = Silence(consumer, lambda: [partition])

    async def bounds(self) -> tuple[int, int]:
        """The offset of the first record that is still there, and the one after the last."""
        first = await self._consumer.beginning_offsets([self._partition])
        end = await self._consumer.end_offsets([self._partition])
        return int(first[self._partition]), int(end[self._partition])

    def seek(self, offset: int) -> None:
        """Read on from that offset."""
        self._consumer.seek(self._partition, offset)

    async def read(self, timeout_s: float) -> list[Record]:
        """The next few records, none where none came in time."""
        found = await self._consumer.getmany(
            self._partition, timeout_ms=int(timeout_s * 1000), max_records=_RECORDS_A_READ
        )
        if found:
            self._silence.broken()
        return [Record(record.offset, record.value) for record in found.get(self._partition, ())]

    def end(self) -> int | None:
        """The offset after the newest record that the broker told of, None before the first fetch."""
        end: int | None = self._consumer.highwater(self._partition)
        return end

    async def is_stuck(self) -> bool:
        """Whether nothing has come for ten seconds though Kafka has more; False where it does not answer."""
        return await self._silence.is_stuck()


class KafkaJournal:
    """The committed offset of one partition and the text beside it."""

    def __init__(
        self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, group_id: str, partition: TopicPartition
    ) -> None:
        self._consumer = consumer
        self._admin = admin
        self._group_id = group_id
        self._partition = partition

    async def fetch(self) -> Saved | None:
        """The last commit, None where there never was one. Raises UnreadableProgressError."""
        found = await retrying(self._fetch, on=(KafkaError,), what="fetch_progress")
        if found.offset == _NO_OFFSET:
            return None
        return Saved(found.offset, decode(found.metadata))

    async def commit(self, offset: int, progress: Progress) -> None:
        """Offset and progress in one atomic record. Raises FencedError where the group has moved on."""
        value = OffsetAndMetadata(offset, encode(progress))
        try:
            await self._consumer.commit({self._partition: value})
        except (CommitFailedError, IllegalStateError) as error:
            raise FencedError from error

    async def _fetch(self) -> OffsetAndMetadata:
        found = await self._admin.list_consumer_group_offsets(self._group_id, partitions=[self._partition])
        if self._partition not in found:
            # a coordinator that is still loading answers with nothing, which is not the answer "none committed"
            raise GroupLoadInProgressError
        return found[self._partition]


class KafkaSource:
    """Where the topic ends that the sections of `events` come from."""

    def __init__(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, bootstrap: str, topic: str) -> None:
        self._consumer = consumer
        self._admin = admin
        self._bootstrap = bootstrap
        self._topic = topic

    async def ends(self, partitions: list[int]) -> Ends:
        """The time, then where those partitions end. Raises KafkaError or TopicIdError."""
        asked_ms = time_ns() // 1_000_000
        incarnation = await topic_id(self._bootstrap, self._topic)
        (described,) = await self._admin.describe_topics([self._topic])
        asked = [TopicPartition(self._topic, partition) for partition in partitions]
        found = await self._consumer.end_offsets(asked)
        offsets = {place.partition: int(offset) for place, offset in found.items()}
        return Ends(asked_ms, incarnation.hex(), offsets, len(described["partitions"]))
