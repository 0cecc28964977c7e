"""The topics as re-driving needs them: all dead letters, appends that are acknowledged, and which numbers arrived."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time_ns
from typing import Protocol

from aiokafka import AIOKafkaProducer
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, read_head
from contract.redrive import REDRIVE_PARTITION, Redrive, encode_redrive
from contract.topics import BEACONS, DEAD_LETTERS, REPEATS
from runtime.kafka_topic_ids import topic_id

from tideline.letters.listing import Letters, letters_of
from tideline.letters.ways_back import Lane, epoch_in
from tideline.topic_reading import Progress, partition_count, read_records, spans_since


class LetterLog(Protocol):
    """What re-driving needs of Kafka."""

    async def letters(self) -> Letters:
        """Everything that `dead-letters` says at this moment."""

    async def incarnation(self) -> bytes:
        """The present topic id of `beacons`."""

    async def tell(self, redrive: Redrive) -> None:
        """Append a record of re-driving; returns once it is acknowledged."""

    async def repeats_partitions(self) -> int:
        """How many partitions `repeats` has."""

    async def send(self, lane: Lane, value: bytes) -> None:
        """Append to that topic and partition; returns once it is acknowledged."""

    async def arrived(self, epoch: bytes, since_ms: int) -> dict[Lane, int]:
        """The highest sequence of a re-driving's epoch that each lane holds from that time on."""


class KafkaLetterLog:
    """The same on Kafka. Every call may raise KafkaError."""

    def __init__(self, bootstrap: str, progress: Progress = lambda *_: None) -> None:
        self._bootstrap = bootstrap
        self._progress = progress
        self._producer: AIOKafkaProducer | None = None

    async def letters(self) -> Letters:
        """Everything that `dead-letters` says at this moment."""
        spans = await spans_since(self._bootstrap, DEAD_LETTERS.name, 0)
        return letters_of(
            [each async for each in read_records(self._bootstrap, DEAD_LETTERS.name, spans, self._progress)]
        )

    async def incarnation(self) -> bytes:
        """The present topic id of `beacons`. Raises TopicIdError."""
        return await topic_id(self._bootstrap, BEACONS.name)

    async def tell(self, redrive: Redrive) -> None:
        """Append a record of re-driving; returns once it is acknowledged."""
        await self._append(DEAD_LETTERS.name, REDRIVE_PARTITION, encode_redrive(redrive))

    async def repeats_partitions(self) -> int:
        """How many partitions `repeats` has."""
        return await partition_count(self._bootstrap, REPEATS.name)

    async def send(self, lane: Lane, value: bytes) -> None:
        """Append to that topic and partition; returns once it is acknowledged."""
        await self._append(*lane, value)

    async def arrived(self, epoch: bytes, since_ms: int) -> dict[Lane, int]:
        """The highest sequence of a re-driving's epoch that each lane holds from that time on."""
        found: dict[Lane, int] = {}
        for topic in (BEACONS.name, REPEATS.name):
            spans = await spans_since(self._bootstrap, topic, since_ms)
            async for record in read_records(self._bootstrap, topic, spans, self._progress):
                lane = topic, record.partition
                if head := _head_under(epoch_in(lane, epoch), record.value):
                    found[lane] = max(head.sequence, found.get(lane, 0))
        return found

    async def close(self) -> None:
        """Let go of connections."""
        if self._producer is not None:
            await self._producer.stop()

    async def _append(self, topic: str, partition: int, value: bytes) -> None:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                enable_idempotence=True,
                max_request_size=DEAD_LETTERS.max_record_bytes,
            )
            await self._producer.start()
        now_ms = time_ns() // 1_000_000
        await self._producer.send_and_wait(topic, value, partition=partition, timestamp_ms=now_ms)


def _head_under(epoch: bytes, value: bytes) -> BeaconEnvelopeHead | None:
    """The clear part of an envelope of that epoch; None for another's, and for what this version cannot read."""
    try:
        head = read_head(value)
    except (UnknownVersionError, UnreadableError):
        return None
    return head if head.epoch == epoch else None


@asynccontextmanager
async def letter_log(bootstrap: str, progress: Progress = lambda *_: None) -> AsyncIterator[KafkaLetterLog]:
    """A log whose connections are closed behind it."""
    log = KafkaLetterLog(bootstrap, progress)
    try:
        yield log
    finally:
        await log.close()
