"""How many events a second one enricher process makes through Faust and Kafka, from a topic filled beforehand.

    .venv/bin/python bench/enricher_kafka.py [beacons in an envelope]

Real Kafka (one broker, four partitions) and Valkey from the local stack. The clock runs from the first section that
the process appends to the last; starting and joining the group are not in it.
"""

import asyncio
import os
import sys
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from beacon_mix import beacons
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.identity import partition_of
from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from local_stack import kafka_jars
from local_stack.engines.kafka import kafka
from local_stack.engines.valkey import valkey
from local_stack.fixtures import running
from local_stack.places import checkout_state
from local_stack.ports import free_port
from redis import Redis
from tideline.topics import create_topics
from tides.almanac import tide_name
from tides.held import tide_bytes

EVENTS, PARTITIONS, DEADLINE_S = 300_000, 4, 120.0


def put_tide(redis_url: str) -> Tide:
    """Today's tide, made and put into Redis."""
    name = tide_name(time.time_ns() // 1_000_000)
    tide = Tide(name.period, os.urandom(16), os.urandom(16), os.urandom(32))
    with Redis.from_url(redis_url) as redis:
        redis.set(name.redis_key, tide_bytes(tide))
    return tide


async def fill(bootstrap: str, tide: Tide, in_envelope: int) -> int:
    """Envelopes of one partition's visitors each, as a collector makes them; how many there are."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5)
    await producer.start()
    waiting: list[list] = [[] for _ in range(PARTITIONS)]
    sequences = [0] * PARTITIONS
    for beacon in islice(beacons(time.time_ns() // 1_000_000 - 15_000, 20_000), EVENTS):
        p = partition_of(bytes(16), 1, beacon.client_ip, beacon.user_agent, "", PARTITIONS)
        waiting[p].append(beacon)
        if len(waiting[p]) == in_envelope:
            sequences[p] += 1
            head = BeaconEnvelopeHead(VERSION, bytes(8), p, sequences[p], tide.key_id)
            await producer.send("beacons", encode_beacons(head, waiting[p], AESGCM(tide.key)), partition=p)
            waiting[p] = []
    await producer.stop()
    return sum(sequences)


class Sections(msgspec.Struct, array_like=True):
    """A record of `events`, its sections counted and not read."""

    version: int
    incarnation: bytes
    sections: list[msgspec.Raw]


async def watch(bootstrap: str, envelopes: int, pid: int) -> tuple[int, float, float]:
    """Sections appended, seconds, and the process's CPU seconds, from the arrival of the first record to the last's."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition("events", partition) for partition in range(PARTITIONS)])
    sections, begin, cpu_begin, first, until = 0, 0.0, 0.0, 0, time.monotonic() + DEADLINE_S
    try:
        while sections < envelopes and time.monotonic() < until:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    sections += len(msgspec.msgpack.decode(record.value, type=Sections).sections)
            if sections and not begin:
                begin, cpu_begin, first = time.monotonic(), cpu_seconds(pid), sections
    finally:
        await consumer.stop()
    if sections < envelopes:
        raise SystemExit(f"not done in time: {sections} of {envelopes} envelopes")
    return sections - first, time.monotonic() - begin, cpu_seconds(pid) - cpu_begin


async def run(kafka_url: str, redis_url: str, in_envelope: int) -> None:
    """Fill the topic, start one enricher, and print how fast it was."""
    await create_topics(kafka_url, PARTITIONS)
    bootstrap = kafka_url.removeprefix("kafka://")
    envelopes = await fill(bootstrap, put_tide(redis_url), in_envelope)
    print(f"{envelopes} envelopes of {in_envelope} beacons wait in {PARTITIONS} partitions")
    settings = {"KAFKA_URL": kafka_url, "REDIS_URL": redis_url, "PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "enricher", env={**os.environ, **settings})
    try:
        sections, seconds, cpu_s = await watch(bootstrap, envelopes, process.pid)
    finally:
        process.terminate()
        await process.wait()
    made = sections * in_envelope
    print(f"{sections / seconds:,.0f} envelopes/s, {made / seconds:,.0f} events/s by the clock ({seconds:.1f} s)")
    print(f"{made / cpu_s:,.0f} events/s by the process's CPU time ({cpu_s:.1f} s)")


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Start the engines, measure, stop them."""
    in_envelope = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with TemporaryDirectory(prefix="tideline-bench-") as folder:
        jars = kafka_jars.fetch(checkout_state() / "cache")
        with (
            running(lambda f: kafka(free_port(), free_port(), f / "kafka", jars), Path(folder) / "k") as kafka_url,
            running(lambda f: valkey(free_port(), f / "redis"), Path(folder) / "r") as redis_url,
        ):
            asyncio.run(run(kafka_url, redis_url, in_envelope))


if __name__ == "__main__":
    main()
