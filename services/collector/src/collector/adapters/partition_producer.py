"""One idempotent Kafka producer that is made anew when it dies: envelopes of one partition in, acknowledgements out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from contract.topics import BEACONS
from runtime import log
from runtime.background import Background

from collector.beacon_to_envelope import Envelope
from collector.envelope_log import NotAppendedError

_GIVE_UP_S = 30.0
"""An idempotent producer never lets a batch expire; one that has not moved for so long is made anew."""
_CLOSE_S = 2.0
_RECONNECT_S = 0.5
_REQUEST_TIMEOUT_MS = 10_000
_METADATA_AGE_MS = 10_000
"""How late an added partition is noticed."""
_log = log.get(__name__)


class PartitionProducer:
    """A component. Connects by itself; until then appending fails at once."""

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        self._bootstrap = bootstrap
        self._topics = topics
        self._producer: AIOKafkaProducer | None = None
        self._connected = asyncio.Event()
        self._dead = asyncio.Event()
        self._connecting = Background(self._keep_connected)
        self._counts: Mapping[str, int] = {}

    async def start(self) -> None:
        """Begin to connect; does not wait."""
        self._dead.set()
        self._connecting.start()

    async def stop(self) -> None:
        """Flush for a moment, and close."""
        await self._connecting.stop()
        if self._producer is not None:
            await _close(self._producer)

    async def failed(self) -> None:
        """Raise what ended the connecting, if something did."""
        await self._connecting.failed()

    async def connected(self) -> Mapping[str, int]:
        """Partitions by topic, once there is a connection."""
        await self._connected.wait()
        return self._counts

    def counts(self) -> Mapping[str, int]:
        """Partitions by topic, as of the last connection or what the broker has told since."""
        if self._producer is not None:
            known = self._producer.client.cluster.partitions_for_topic
            self._counts = {topic: len(known(topic) or ()) or count for topic, count in self._counts.items()}
        return self._counts

    def is_connected(self) -> bool:
        """Whether there is a connection now."""
        return self._producer is not None

    async def append(self, envelope: Envelope) -> None:
        """Return once all in-sync replicas have the envelope. Raises NotAppendedError."""
        async with self._acknowledging() as producer:
            sent = await producer.send(
                envelope.lane.topic,
                envelope.value,
                partition=envelope.lane.partition,
                timestamp_ms=envelope.sealed_ms,
            )
            await sent

    async def append_run(self, envelopes: Sequence[Envelope]) -> None:
        """Return once all in-sync replicas have them: one lane's, in order, all or none. Raises NotAppendedError."""
        lane = envelopes[0].lane
        async with self._acknowledging() as producer:
            # one batch is one record batch of the log, which a broker takes whole or not at all
            batch = producer.create_batch()
            for envelope in envelopes:
                if batch.append(key=None, value=envelope.value, timestamp=envelope.sealed_ms) is None:
                    raise NotAppendedError("more than a batch holds")
            batch.close()
            await (await producer.send_batch(batch, lane.topic, partition=lane.partition))

    @contextlib.asynccontextmanager
    async def _acknowledging(self) -> AsyncIterator[AIOKafkaProducer]:
        """The producer for one attempt; given up after a while, and made anew where it failed."""
        producer = self._producer
        if producer is None:
            raise NotAppendedError("Kafka cannot be reached")
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                yield producer
        except (KafkaError, TimeoutError) as error:
            if self._producer is producer:
                self._dead.set()
            raise NotAppendedError(type(error).__name__) from error

    async def _keep_connected(self) -> None:
        while True:
            await self._dead.wait()
            self._dead.clear()
            old, self._producer = self._producer, None
            if old is not None:
                self._connected.clear()
                _log.warning("producer_made_anew")
                await _close(old)
            self._producer = await self._connect()
            self._connected.set()

    async def _connect(self) -> AIOKafkaProducer:
        said = ""
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=BEACONS.max_record_bytes,
                max_request_size=BEACONS.max_record_bytes,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
                metadata_max_age_ms=_METADATA_AGE_MS,
            )
            try:
                await producer.start()
                self._counts = {topic: len(await producer.partitions_for(topic)) for topic in self._topics}
            except (KafkaError, OSError) as error:
                if type(error).__name__ != said:
                    said = type(error).__name__
                    _log.warning("kafka_away", error=said)
                await _close(producer)
                await asyncio.sleep(_RECONNECT_S)
            except BaseException:
                await _close(producer)
                raise
            else:
                return producer


async def _close(producer: AIOKafkaProducer) -> None:
    """Closing waits for what may never be acknowledged, so it gets a moment only."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await producer.stop()
    except TimeoutError:
        await producer.client.close()
