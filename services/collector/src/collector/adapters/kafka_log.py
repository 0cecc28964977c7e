"""Kafka's topic `beacons` as an envelope log: acks=all, idempotent, a producer that died is made anew."""

import asyncio
import contextlib

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from contract.topics import BEACONS
from runtime import lifecycle, log

from collector.beacon_to_envelope import Envelope
from collector.envelope_log import NotAppendedError

_GIVE_UP_S = 30.0
"""An idempotent producer never lets a batch expire; one that has not moved for so long is made anew."""
_CLOSE_S = 2.0
_RECONNECT_S = 0.5
_REQUEST_TIMEOUT_MS = 10_000
_log = log.get(__name__)


class PartitionsChangedError(Exception):
    """The topic has another number of partitions than at the start: visitors' partitions would move unseen."""


class KafkaLog:
    """A component and an `EnvelopeLog`. Connects by itself; until then appending fails at once."""

    def __init__(self, bootstrap: str, topic: str = BEACONS.name) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None
        self._partitions: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._dead = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; does not wait, so that the process can answer 503 meanwhile."""
        self._dead.set()
        self._connecting = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        """Flush for a moment, and close."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        self._partitions.cancel()
        if self._producer is not None:
            await _close(self._producer)

    async def failed(self) -> None:
        """Raise PartitionsChangedError where the topic is no longer what it was."""
        if self._connecting is None:
            await lifecycle.forever()
        else:
            await asyncio.shield(self._connecting)

    async def ready(self) -> None:
        """A health check: raises NotAppendedError while there is no connection."""
        if self._producer is None:
            raise NotAppendedError("Kafka cannot be reached")

    async def partitions(self) -> int:
        """How many partitions the topic has; waits for the first connection."""
        return await asyncio.shield(self._partitions)

    async def append(self, envelope: Envelope) -> None:
        """Return once all in-sync replicas have the envelope. Raises NotAppendedError."""
        producer = self._producer
        if producer is None:
            raise NotAppendedError("Kafka cannot be reached")
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                sent = await producer.send(
                    self._topic,
                    envelope.value,
                    partition=envelope.partition,
                    timestamp_ms=envelope.sealed_ms,
                )
                await sent
        except (KafkaError, TimeoutError) as error:
            self._give_up(producer)
            raise NotAppendedError(type(error).__name__) from error

    def _give_up(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._dead.set()

    async def _keep_connected(self) -> None:
        while True:
            await self._dead.wait()
            self._dead.clear()
            old, self._producer = self._producer, None
            if old is not None:
                _log.warning("producer_made_anew")
                await _close(old)
            self._producer = await self._connect()
            _log.info("kafka_connected")

    async def _connect(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=BEACONS.max_record_bytes,
                max_request_size=BEACONS.max_record_bytes,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
            )
            try:
                await producer.start()
                await self._note_partitions(producer)
            except (KafkaError, OSError) as error:
                _log.warning("kafka_away", error=type(error).__name__)
                await _close(producer)
                await asyncio.sleep(_RECONNECT_S)
            except BaseException:
                await _close(producer)
                raise
            else:
                return producer

    async def _note_partitions(self, producer: AIOKafkaProducer) -> None:
        count = len(await producer.partitions_for(self._topic))
        if not self._partitions.done():
            self._partitions.set_result(count)
        elif self._partitions.result() != count:
            raise PartitionsChangedError(
                f"`{self._topic}` has {count} partitions and had {self._partitions.result()}: start anew"
            )


async def _close(producer: AIOKafkaProducer) -> None:
    """Closing waits for what may never be acknowledged, so it gets a moment only."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await producer.stop()
    except TimeoutError:
        await producer.client.close()
