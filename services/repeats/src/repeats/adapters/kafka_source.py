"""Kafka: the topic `repeats`, read by a group that ends with the topic's life."""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from contract.topics import REPEATS
from runtime import lifecycle, log
from runtime.kafka_silence import Silence
from runtime.kafka_topic_ids import TopicIdError, topic_id
from runtime.retry import retrying

from repeats import metrics
from repeats.ports import Record, unheard

_MOST_POLL_INTERVAL_MS = 3 * 24 * 3_600 * 1_000
"""A judgement may wait for a dead collector's spool for two days; whoever waits keeps its partitions."""
_POLL_S = 1.0
_log = log.get(__name__)


class TopicMadeAnewError(Exception):
    """`repeats` is another topic than at the start: offsets have started over."""


class KafkaSource:
    """A component and the `Source`."""

    def __init__(
        self,
        bootstrap: str,
        group_id: str,
        most_records: int,
        session_timeout_s: float,
        topic: str = REPEATS.name,
        beat: Callable[[], None] = unheard,
        gather_s: float = 0.25,
    ) -> None:
        self._bootstrap = bootstrap
        self._group_id = group_id
        self._most_records = most_records
        self._session_timeout_ms = int(session_timeout_s * 1000)
        self._topic = topic
        self._beat = beat
        self._gather_s = gather_s
        self._consumer: AIOKafkaConsumer | None = None
        self._incarnation = b""

    async def start(self) -> None:
        """Wait for the topic, then join the group."""
        self._incarnation = await retrying(self._topic_id, on=(TopicIdError,), what="topic repeats")
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id="repeats",
            group_id=f"{self._group_id}.{self._incarnation.hex()[:8]}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=self._session_timeout_ms,
            heartbeat_interval_ms=self._session_timeout_ms // 4,
            max_poll_interval_ms=_MOST_POLL_INTERVAL_MS,
            rebalance_timeout_ms=2 * self._session_timeout_ms,
            max_partition_fetch_bytes=REPEATS.max_record_bytes,
            metadata_max_age_ms=10_000,
        )
        await retrying(consumer.start, on=(KafkaError,), what="kafka_consumer_start")
        consumer.subscribe([self._topic])
        self._consumer = consumer

    async def stop(self) -> None:
        """Leave the group, so that others take over at once."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def failed(self) -> None:
        """Never: what fails is raised where it is read."""
        await lifecycle.forever()

    def incarnation(self) -> bytes:
        """The topic id of `repeats`, 16 bytes, as of the start."""
        return self._incarnation

    async def read(self) -> Sequence[Record]:
        """The next records, in order within each partition. Raises TopicMadeAnewError, KafkaError.

        What a client sends again at once lies in many partitions: a moment is waited, so that it is judged in order.
        """
        self._beat()
        silence = Silence(self._reader, self._reader.assignment)
        while True:
            records = await self._fetched(_POLL_S, self._most_records)
            if records or not await silence.is_stuck():
                self._beat()
            if records:
                if len(records) < self._most_records:
                    await asyncio.sleep(self._gather_s)
                    records += await self._fetched(0, self._most_records - len(records))
                await self._check()
                return records

    async def commit(self, records: Sequence[Record]) -> None:
        """Read on behind these; what another process has taken over meanwhile is its own to commit."""
        ends: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(self._topic, record.partition)
            ends[partition] = max(record.offset + 1, ends.get(partition, 0))
        try:
            await self._reader.commit(ends)
        except (CommitFailedError, IllegalStateError) as error:
            metrics.FENCED.inc()
            _log.warning("fenced", error=type(error).__name__)

    async def _fetched(self, timeout_s: float, most: int) -> list[Record]:
        found = await self._reader.getmany(timeout_ms=int(timeout_s * 1_000), max_records=most)
        return [
            Record(partition.partition, record.offset, record.timestamp, record.value)
            for partition, records in found.items()
            for record in records
        ]

    @property
    def _reader(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("not started")
        return self._consumer

    async def _topic_id(self) -> bytes:
        return await topic_id(self._bootstrap, self._topic)

    async def _check(self) -> None:
        if await retrying(self._topic_id, on=(TopicIdError,), what="topic repeats") != self._incarnation:
            raise TopicMadeAnewError("repeats was made anew")
