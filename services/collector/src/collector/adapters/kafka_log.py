"""Kafka's topics of sealed envelopes as an envelope log: `acks=all`, one producer a partition.

A producer sends one request at a time to a broker, and a broker works off one request's partitions one after the
other, each with a flush of its own where it flushes every record. With a producer each, the flushes of several
partitions run side by side, and no partition waits for another. What several topics have under one number share it.
"""

import asyncio
from collections.abc import Mapping, Sequence

from runtime import log
from runtime.background import Background

from collector.adapters.partition_producer import PartitionProducer
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError

_CHECK_S = 1.0
_log = log.get(__name__)


class PartitionsChangedError(Exception):
    """A topic has another number of partitions than at the start: visitors' partitions would move unseen."""


class KafkaLog:
    """A component and a `RunLog`. Connects by itself; until then appending fails at once."""

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        self._bootstrap = bootstrap
        self._topics = topics
        self._counts: Mapping[str, int] = {}
        self._producers: list[PartitionProducer] = []
        self._opened = asyncio.Event()
        self._opening = Background(self._open)

    async def start(self) -> None:
        """Begin to connect; does not wait, so that the process can answer 503 meanwhile."""
        self._opening.start()

    async def stop(self) -> None:
        """Flush for a moment, and close."""
        await self._opening.stop()
        await asyncio.gather(*(producer.stop() for producer in self._producers))

    async def failed(self) -> None:
        """Raise PartitionsChangedError where a topic is no longer what it was."""
        await self._opening.failed()

    async def ready(self) -> None:
        """A health check: raises NotAppendedError while a partition has no connection."""
        if not self._opened.is_set() or not all(producer.is_connected() for producer in self._producers):
            raise NotAppendedError("Kafka cannot be reached")

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; waits for the first connection."""
        await self._opened.wait()
        return self._counts[topic]

    async def append(self, envelope: Envelope) -> None:
        """Return once all in-sync replicas have the envelope. Raises NotAppendedError."""
        await self._producer_of(envelope.lane).append(envelope)

    async def append_run(self, envelopes: Sequence[Envelope]) -> None:
        """Return once all in-sync replicas have them: one lane's, in order, all or none. Raises NotAppendedError."""
        await self._producer_of(envelopes[0].lane).append_run(envelopes)

    def _producer_of(self, lane: LaneName) -> PartitionProducer:
        if not self._opened.is_set():
            raise NotAppendedError("Kafka cannot be reached")
        if lane.partition >= self._counts[lane.topic]:
            raise NotAppendedError(f"`{lane.topic}` has no partition {lane.partition} any more")
        return self._producers[lane.partition]

    async def _open(self) -> None:
        """The first producer asks for the numbers of partitions; the others follow, then all are watched."""
        counts = self._counts = await self._add_producer()
        while len(self._producers) < max(counts.values()):
            await self._add_producer()
        self._opened.set()
        _log.info("kafka_connected", partitions=dict(counts))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_counts(counts))
            for producer in self._producers:
                group.create_task(producer.failed())

    async def _add_producer(self) -> Mapping[str, int]:
        producer = PartitionProducer(self._bootstrap, self._topics)
        self._producers.append(producer)
        await producer.start()
        return await producer.connected()

    async def _watch_counts(self, counts: Mapping[str, int]) -> None:
        while True:
            await asyncio.sleep(_CHECK_S)
            for producer in self._producers:
                if (now := producer.counts()) != counts:
                    raise PartitionsChangedError(f"partitions are {now} and were {counts}: start anew")
