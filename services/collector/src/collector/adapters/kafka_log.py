"""Kafka's topic `beacons` as an envelope log: `acks=all`, one producer a partition.

A producer sends one request at a time to a broker, and a broker works off one request's partitions one after the
other, each with a flush of its own where it flushes every record. With a producer each, the flushes of several
partitions run side by side, and no partition waits for another.
"""

import asyncio
import contextlib

from contract.topics import BEACONS
from runtime import lifecycle, log

from collector.adapters.partition_producer import PartitionProducer
from collector.beacon_to_envelope import Envelope
from collector.envelope_log import NotAppendedError

_CHECK_S = 1.0
_log = log.get(__name__)


class PartitionsChangedError(Exception):
    """The topic has another number of partitions than at the start: visitors' partitions would move unseen."""


class KafkaLog:
    """A component and an `EnvelopeLog`. Connects by itself; until then appending fails at once."""

    def __init__(self, bootstrap: str, topic: str = BEACONS.name) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._producers: list[PartitionProducer] = []
        self._opened = asyncio.Event()
        self._opening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; does not wait, so that the process can answer 503 meanwhile."""
        self._opening = asyncio.create_task(self._open())

    async def stop(self) -> None:
        """Flush for a moment, and close."""
        if self._opening is not None:
            self._opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._opening
        await asyncio.gather(*(producer.stop() for producer in self._producers))

    async def failed(self) -> None:
        """Raise PartitionsChangedError where the topic is no longer what it was."""
        if self._opening is None:
            await lifecycle.forever()
        else:
            await asyncio.shield(self._opening)

    async def ready(self) -> None:
        """A health check: raises NotAppendedError while a partition has no connection."""
        if not self._opened.is_set() or not all(producer.is_connected() for producer in self._producers):
            raise NotAppendedError("Kafka cannot be reached")

    async def partitions(self) -> int:
        """How many partitions the topic has; waits for the first connection."""
        await self._opened.wait()
        return len(self._producers)

    async def append(self, envelope: Envelope) -> None:
        """Return once all in-sync replicas have the envelope. Raises NotAppendedError."""
        if envelope.partition >= len(self._producers):
            raise NotAppendedError("Kafka cannot be reached")
        await self._producers[envelope.partition].append(envelope)

    async def _open(self) -> None:
        """The first producer asks for the number of partitions; the others follow, then all are watched."""
        await self._add_producer()
        count = self._producers[0].count
        for _ in range(1, count):
            await self._add_producer()
        self._opened.set()
        _log.info("kafka_connected", partitions=count)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_count(count))
            for producer in self._producers:
                group.create_task(producer.failed())

    async def _add_producer(self) -> None:
        producer = PartitionProducer(self._bootstrap, self._topic)
        self._producers.append(producer)
        await producer.start()
        await producer.connected()

    async def _watch_count(self, count: int) -> None:
        while True:
            await asyncio.sleep(_CHECK_S)
            for producer in self._producers:
                if producer.count != count:
                    raise PartitionsChangedError(
                        f"`{self._topic}` has {producer.count} partitions and had {count}: start anew"
                    )
