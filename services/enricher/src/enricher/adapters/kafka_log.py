"""The `Log` port on Kafka: an idempotent producer of our own, and short reads by consumers without a group."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import RecordMetadata
from contract.dead_letter import DeadLetter, encode_dead_letter
from contract.envelope import EventEnvelope, decode_events, encode_events
from contract.topics import BEACONS, DEAD_LETTERS, EVENTS
from runtime import log
from runtime.kafka_topic_ids import TopicIdError, topic_id
from runtime.retry import retrying

from enricher.ports import Record

_log = log.get(__name__)


class TopicMismatchError(Exception):
    """`beacons` and `events` do not have the same partitions, or a topic was made anew while we read it."""


class LostTailError(Exception):
    """A broker lost what it had acknowledged: what we remember of it is void, and the log's tail must be read anew."""


class KafkaLog:
    """A component: starts once the topics are there, ends the process where `beacons` is made anew under it."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        append_timeout_s: float = 60.0,
        look_again_s: float = 5.0,
        fetch_bytes: int = EVENTS.max_record_bytes,
    ) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._append_timeout_s = append_timeout_s
        self._look_again_s = look_again_s
        self._fetch_bytes = fetch_bytes
        self._incarnation = b""
        self._last_offset: dict[tuple[str, int], int] = {}
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Wait for the topics, then connect. Raises TopicMismatchError."""
        self._incarnation = await retrying(self._topic_id, on=(TopicIdError,), what="topic beacons")
        await retrying(lambda: topic_id(self._bootstrap, EVENTS.name), on=(TopicIdError,), what="topic events")
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            linger_ms=0,
            compression_type="zstd",
            max_request_size=EVENTS.max_record_bytes,
        )
        await self._producer.start()
        await self._check_partitions(self._producer)

    async def stop(self) -> None:
        """Flush and close."""
        if self._producer is not None:
            await self._producer.stop()

    async def failed(self) -> None:
        """Raise TopicMismatchError where `beacons` is another topic than at start: offsets have started over."""
        while True:
            await asyncio.sleep(self._look_again_s)
            with contextlib.suppress(TopicIdError):
                if await self._topic_id() != self._incarnation:
                    raise TopicMismatchError("beacons was made anew")

    async def incarnation(self) -> bytes:
        """The topic id of `beacons` as of the start."""
        return self._incarnation

    async def committed(self, partition: int) -> int:
        """The group's committed offset, 0 where it has none; waits for a broker that is still finding its feet.

        At most the log's end: a commit may outlive a topic that was made anew, or a tail that the broker lost.
        """
        return await retrying(
            lambda: self._committed(partition), on=(KafkaError,), what="group offsets", give_up_after_s=30.0
        )

    async def _committed(self, partition: int) -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(self._group)
        finally:
            await admin.close()
        found = offsets.get(TopicPartition(BEACONS.name, partition))
        return 0 if found is None else min(max(0, int(found.offset)), (await self.ends([partition]))[partition])

    async def first_offset(self, partition: int) -> int:
        """The oldest offset of `beacons` that is left."""
        source = TopicPartition(BEACONS.name, partition)
        async with self._reader(source) as reader:
            return await _first(reader, source)

    async def ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Of each partition of `beacons` the offset behind its last record. Raises KafkaError."""
        sources = [TopicPartition(BEACONS.name, partition) for partition in partitions]
        async with self._reader(*sources) as reader:
            return {source.partition: int(end) for source, end in (await reader.end_offsets(sources)).items()}

    async def tail(self, partition: int, silence_ms: int) -> AsyncIterator[tuple[int, EventEnvelope]]:
        """Time and envelope of the last records of `events`; raises where one cannot be read."""
        source = TopicPartition(EVENTS.name, partition)
        async with self._reader(source) as reader:
            first, end = await _first(reader, source), int((await reader.end_offsets([source]))[source])
            async for _, time_ms, _ in _read(reader, source, max(first, end - 1), end):
                # nothing is found where retention takes the last record just now
                found = (await reader.offsets_for_times({source: time_ms - silence_ms}))[source]
                first = max(first, end if found is None else found.offset)
            async for _, time_ms, value in _read(reader, source, first, end):
                yield time_ms, decode_events(value)

    async def beacons(self, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """The records from `start` to before `end` that are still there; what retention takes meanwhile is left out."""
        source = TopicPartition(BEACONS.name, partition)
        async with self._reader(source) as reader:
            async for offset, time_ms, value in _read(reader, source, max(await _first(reader, source), start), end):
                yield Record(partition, offset, time_ms, value)

    async def emit(self, partition: int, envelope: EventEnvelope, timestamp_ms: int) -> Awaitable[None]:
        """Append to `events`. Raises TimeoutError or KafkaError, after which the order is unknown: do not go on."""
        return await self._append(EVENTS.name, encode_events(envelope), partition, timestamp_ms)

    async def bury(self, letter: DeadLetter) -> None:
        """Append to `dead-letters`. Raises TimeoutError or KafkaError."""
        await (await self._append(DEAD_LETTERS.name, encode_dead_letter(letter)))

    async def _append(
        self, topic: str, value: bytes, partition: int | None = None, timestamp_ms: int | None = None
    ) -> Awaitable[None]:
        if self._producer is None:
            raise RuntimeError("not started")
        sending = self._producer.send(topic, value, partition=partition, timestamp_ms=timestamp_ms)
        acknowledged = await asyncio.wait_for(sending, self._append_timeout_s)
        return asyncio.ensure_future(self._settled(acknowledged))

    async def _settled(self, acknowledged: asyncio.Future[RecordMetadata]) -> None:
        # an idempotent producer's batches never expire by themselves
        found = await asyncio.wait_for(acknowledged, self._append_timeout_s)
        place = (found.topic, found.partition)
        if found.offset <= self._last_offset.get(place, -1):
            raise LostTailError(f"{found.topic} {found.partition} lost records that it had acknowledged")
        self._last_offset[place] = found.offset

    async def _topic_id(self) -> bytes:
        return await topic_id(self._bootstrap, BEACONS.name)

    async def _check_partitions(self, producer: AIOKafkaProducer) -> None:
        counts = [len(await producer.partitions_for(topic.name)) for topic in (BEACONS, EVENTS)]
        if counts[0] != counts[1]:
            raise TopicMismatchError(f"beacons has {counts[0]} partitions, events {counts[1]}")

    @contextlib.asynccontextmanager
    async def _reader(self, *sources: TopicPartition) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=self._fetch_bytes,
        )
        await reader.start()
        try:
            reader.assign(sources)
            yield reader
        finally:
            await reader.stop()


async def _first(reader: AIOKafkaConsumer, source: TopicPartition) -> int:
    return int((await reader.beginning_offsets([source]))[source])


async def _read(
    reader: AIOKafkaConsumer, source: TopicPartition, start: int, end: int
) -> AsyncIterator[tuple[int, int, bytes]]:
    """Offset, time and value of the records from `start` to before `end`; of those that retention takes, none.

    Raises LostTailError where the log ends before `start`.
    """
    following = start
    reader.seek(source, start)
    while following < end:
        try:
            batches = await reader.getmany(timeout_ms=1_000)
        except OffsetOutOfRangeError as error:
            first = await _first(reader, source)
            if first <= following:
                raise LostTailError(f"{source.topic} {source.partition} ends before {following}") from error
            _log.warning(
                "retention_overtook", topic=source.topic, partition=source.partition, start=following, end=first
            )
            following = first
            reader.seek(source, first)
            continue
        for record in batches.get(source, ()):
            if record.offset >= end:
                return
            following = record.offset + 1
            yield record.offset, record.timestamp, record.value
