"""Envelopes as a collector seals them, put into the log by a test: beacons in, records of `beacons` or `repeats`."""

import asyncio
import os
import time

import msgspec
import redis
from aiokafka import AIOKafkaProducer
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.identity import attempt_partition, partition_of
from contract.pending import REDIS_PENDING_KEY, Pending
from contract.registry import REDIS_REGISTRY_KEY, Registry
from contract.tide import REDIS_ROUTING_KEY, REDIS_TIDE_KEY, Tide, day_of, month_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.integration.running_stack import FIREFOX, Stack

PARTITIONS = 4
_FAR_AHEAD_MS = 10_000_000_000_000


class Hand:
    """A collector of the test's own, with an epoch of its own."""

    def __init__(self, stack: Stack, domain: str) -> None:
        self._kafka = stack.endpoints["kafka"].removeprefix("kafka://")
        self._redis = redis.Redis.from_url(stack.endpoints["redis"])
        self._epoch = os.urandom(8)
        self._sequences = [0] * PARTITIONS
        self._pending_key = REDIS_PENDING_KEY.format(epoch=self._epoch.hex())
        registry = msgspec.json.decode(self._redis.get(REDIS_REGISTRY_KEY), type=Registry)
        self.site_id = next(site.site_id for site in registry.sites if site.domain == domain)
        self._domain = domain
        self.tell_pending()

    def beacon(self, path: str, attempt_id: str, *, ip: str = "203.0.113.1", **fields: object) -> Beacon:
        """A pageview of that page, received now."""
        url = f"https://{self._domain}{path}"
        made = Beacon(self.site_id, int(time.time() * 1000), ip, FIREFOX, "pageview", url, attempt_id=attempt_id)
        return msgspec.structs.replace(made, **fields)

    def first(self, *beacons: Beacon) -> None:
        """First attempts: into `beacons`, each into its visitor's partition."""
        asyncio.run(self._send("beacons", [(self._visitors_partition(beacon), [beacon]) for beacon in beacons]))

    def again(self, *beacons: Beacon) -> None:
        """Repeats: into `repeats`, each into its attempt's partition."""
        places = [attempt_partition(beacon.site_id, beacon.attempt_id, PARTITIONS) for beacon in beacons]
        asyncio.run(self._send("repeats", [(place, [beacon]) for place, beacon in zip(places, beacons, strict=True)]))

    def tell_pending(self, oldest_ms: int = _FAR_AHEAD_MS) -> None:
        """Say as this collector what it has not yet handed on; nothing unless told."""
        word = msgspec.json.encode(Pending(oldest_ms, spooled=oldest_ms != _FAR_AHEAD_MS))
        self._redis.set(self._pending_key, word, ex=600)

    async def _send(self, topic: str, envelopes: list[tuple[int, list[Beacon]]]) -> None:
        now_ms = int(time.time() * 1000)
        async with AIOKafkaProducer(bootstrap_servers=self._kafka) as producer:
            for partition, beacons in envelopes:
                value = self._sealed(partition, beacons)
                await producer.send_and_wait(topic, value, partition=partition, timestamp_ms=now_ms)

    def _sealed(self, partition: int, beacons: list[Beacon]) -> bytes:
        tide = self._tide()
        self._sequences[partition] += 1
        head = BeaconEnvelopeHead(VERSION, self._epoch, partition, self._sequences[partition], tide.key_id)
        return encode_beacons(head, beacons, AESGCM(tide.key))

    def _tide(self) -> Tide:
        day = day_of(int(time.time() * 1000))
        return msgspec.msgpack.decode(self._redis.get(REDIS_TIDE_KEY.format(day=day)), type=Tide)

    def _visitors_partition(self, beacon: Beacon) -> int:
        secret = self._redis.get(REDIS_ROUTING_KEY.format(month=month_of(beacon.received_ms)))
        return partition_of(secret, beacon.site_id, beacon.client_ip, beacon.user_agent, "", PARTITIONS)
