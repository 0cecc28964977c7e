"""What a topic holds at this moment, read from front to back without joining any group."""

from collections.abc import AsyncIterator, Callable, Mapping

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from contract.topics import EVENTS
from runtime.kafka_topics import partition_counts

Progress = Callable[[int, int], object]
"""Called with the records read and all that are to be read."""


class TopicRecord(msgspec.Struct, frozen=True):
    """One record."""

    partition: int
    offset: int
    timestamp_ms: int
    value: bytes


class Span(msgspec.Struct, frozen=True):
    """A stretch of one partition: from the first offset to before the end."""

    first: int
    end: int


async def spans_since(bootstrap: str, topic: str, since_ms: int) -> dict[int, Span]:
    """Partition to what it holds from that time on (record timestamps) to its present end. Raises KafkaError."""
    places = [TopicPartition(topic, number) for number in range(await partition_count(bootstrap, topic))]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        first, end = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        found = await consumer.offsets_for_times(dict.fromkeys(places, since_ms)) if places else {}
    since = {place: end[place] if at is None else at.offset for place, at in found.items()}
    return {place.partition: Span(max(first[place], since[place]), end[place]) for place in places}


async def partition_count(bootstrap: str, topic: str) -> int:
    """How many partitions the topic has. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return (await partition_counts(admin, [topic]))[topic]
    finally:
        await admin.close()


async def read_records(
    bootstrap: str, topic: str, spans: Mapping[int, Span], progress: Progress = lambda *_: None
) -> AsyncIterator[TopicRecord]:
    """The records of those stretches, in order within each partition; what retention takes meanwhile is left out."""
    left = {TopicPartition(topic, number): span for number, span in spans.items() if span.first < span.end}
    if not left:
        return
    total = sum(span.end - span.first for span in left.values())
    limit = EVENTS.max_record_bytes
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=limit
    ) as consumer:
        consumer.assign(list(left))
        for place, span in left.items():
            consumer.seek(place, span.first)
        while left:
            for place, records in (await consumer.getmany(timeout_ms=1_000)).items():
                for record in records:
                    if record.offset < spans[place.partition].end:
                        yield TopicRecord(place.partition, record.offset, record.timestamp, record.value)
            for place in list(left):
                if await consumer.position(place) >= left[place].end:
                    consumer.pause(place)
                    del left[place]
            ahead = [spans[p.partition].end - await consumer.position(p) for p in left]
            progress(total - sum(max(0, records) for records in ahead), total)
