"""The topics as re-driving needs them: all dead letters, appends that are acknowledged, and which numbers arrived."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time_ns
from typing import Protocol

from aiokafka import AIOKafkaProducer
from contract.envelope import UnknownVersionError, UnreadableError, read_head
from contract.redrive import REDRIVE_PARTITION, Redrive, encode_redrive
from contract.topics import BEACONS, DEAD_LETTERS
from runtime.kafka_topic_ids import topic_id

from tideline.letters.listing import Letters, letters_of
from tideline.topic_reading import Progress, read_records, spans_since


class LetterLog(Protocol):
    """What re-driving needs of Kafka."""

    async def letters(self) -> Letters:
        """Everything that `dead-letters` says at this moment."""

    async def incarnation(self) -> bytes:
        """The present topic id of `beacons`."""

    async def tell(self, redrive: Redrive) -> None:
        """Append a record of re-driving; returns once it is acknowledged."""

    async def send(self, partition: int, value: bytes) -> None:
        """Append to `beacons`; returns once it is acknowledged."""

    async def arrived(self, epoch: bytes, since_ms: int) -> dict[int, int]:
        """Partition to the highest sequence of that epoch that `beacons` holds from that time on."""


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

    async def send(self, partition: int, value: bytes) -> None:
        """Append to `beacons`; returns once it is acknowledged."""
        await self._append(BEACONS.name, partition, value)

    async def arrived(self, epoch: bytes, since_ms: int) -> dict[int, int]:
        """Partition to the highest sequence of that epoch that `beacons` holds from that time on."""
        found: dict[int, int] = {}
        spans = await spans_since(self._bootstrap, BEACONS.name, since_ms)
        async for record in read_records(self._bootstrap, BEACONS.name, spans, self._progress):
            try:
                head = read_head(record.value)
            except (UnknownVersionError, UnreadableError):
                continue
            if head.epoch == epoch:
                found[record.partition] = max(head.sequence, found.get(record.partition, 0))
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


@asynccontextmanager
async def letter_log(bootstrap: str, progress: Progress = lambda *_: None) -> AsyncIterator[KafkaLetterLog]:
    """A log whose connections are closed behind it."""
    log = KafkaLetterLog(bootstrap, progress)
    try:
        yield log
    finally:
        await log.close()
