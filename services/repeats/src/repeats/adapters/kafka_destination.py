"""Kafka: envelopes for `beacons` and dead letters, by an idempotent producer; each acknowledgement is awaited."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from contract.dead_letter import DeadLetter, encode_dead_letter
from contract.topics import BEACONS, DEAD_LETTERS
from runtime import lifecycle
from runtime.retry import retrying

from repeats.ports import Envelope


class KafkaDestination:
    """A component and the `Destination`. What it raises ends the process: then it is not known what was appended."""

    def __init__(self, bootstrap: str, append_timeout_s: float = 60.0, beacons: str = BEACONS.name) -> None:
        self._append_timeout_s = append_timeout_s
        self._beacons = beacons
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id="repeats",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=BEACONS.max_record_bytes,
            metadata_max_age_ms=5_000,
        )

    async def start(self) -> None:
        """Connect, however long Kafka takes to be there."""
        await retrying(self._producer.start, on=(KafkaError,), what="kafka_producer_start")

    async def stop(self) -> None:
        """Close."""
        await self._producer.stop()

    async def failed(self) -> None:
        """Never: what fails is raised where it is appended."""
        await lifecycle.forever()

    async def partitions(self) -> int:
        """How many partitions `beacons` has. Raises KafkaError."""
        return len(await self._producer.partitions_for(self._beacons))

    async def append(self, envelope: Envelope) -> None:
        """Return once all in-sync replicas have it. Raises KafkaError or TimeoutError."""
        # an idempotent producer's batches never expire by themselves
        async with asyncio.timeout(self._append_timeout_s):
            await self._producer.send_and_wait(
                self._beacons, envelope.value, partition=envelope.partition, timestamp_ms=envelope.timestamp_ms
            )

    async def bury(self, letter: DeadLetter) -> None:
        """Return once all in-sync replicas have it. Raises KafkaError or TimeoutError."""
        async with asyncio.timeout(self._append_timeout_s):
            await self._producer.send_and_wait(DEAD_LETTERS.name, encode_dead_letter(letter))
