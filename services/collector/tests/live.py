"""What tests of the real process share: a broker of one's own, a collector that is started, and what a reader keeps."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from contract.beacon import Beacon
from contract.envelope import decode_beacons, read_head
from local_stack import kafka_jars
from local_stack.child import Child, StartError
from local_stack.engines.kafka import kafka
from local_stack.places import checkout_state
from local_stack.ports import free_port
from tides.holder import TideHolder
from tides.store import RedisSecrets, redis_client


class Broker:
    """A Kafka that may be killed and stood still, and comes back on the same port with what it had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: Child | None = None
        self.bootstrap = ""

    async def start(self) -> None:
        """Start, or start again."""
        if self._child is not None:
            await asyncio.to_thread(self._child.start)
            return
        for attempt in range(3):
            port = free_port()
            jars = kafka_jars.fetch(checkout_state() / "cache")
            engine = kafka(port, free_port(), self._folder / f"kafka{attempt}", jars)
            child = Child(engine.program, self._folder / "kafka.log")
            try:
                await asyncio.to_thread(child.start)
            except StartError:
                await asyncio.to_thread(child.stop)
            else:
                self._child, self.bootstrap = child, f"127.0.0.1:{port}"
                return
        raise AssertionError("no broker would start")

    def signal(self, number: signal.Signals) -> None:
        """Send it to every process of the broker."""
        assert self._child is not None
        assert self._child.pid is not None
        os.killpg(self._child.pid, number)

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        await self.stop()

    async def stop(self) -> None:
        """End it in order, whatever it is doing."""
        if self._child is not None:
            await asyncio.to_thread(self._child.stop)


class Collector:
    """A running collector: its process, and a client for it."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{environ['PORT']}", timeout=10)
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        """Spawn; does not wait."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "collector", env={**os.environ, **self.environ}, stderr=asyncio.subprocess.PIPE
        )

    async def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, bytes]:
        """Signal it and wait; its exit code and log. Safe on one that has ended."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        _, logged = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, logged

    async def ready(self) -> dict[str, str]:
        """The verdicts of `/health/ready`; empty while nothing listens."""
        try:
            answer = await self.client.get("/health/ready")
        except httpx.TransportError:
            return {}
        return answer.json()["checks"] if answer.status_code == 200 else {}

    async def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    async def send(self, url: str, **more: object) -> httpx.Response:
        """A pageview of that URL."""
        return await self.client.post("/api/event", json={"n": "pageview", "u": url} | more)


@asynccontextmanager
async def running(environ: dict[str, str]) -> AsyncIterator[Collector]:
    """A collector that is ready; it is ended with the block, if it has not been before."""
    collector = Collector(environ)
    await collector.start()
    try:
        await until(collector.ready, what="the collector to be ready")
        yield collector
    finally:
        await collector.end()
        await collector.client.aclose()


async def until(holds: Callable[[], object], *, what: str, within_s: float = 30.0) -> None:
    """Wait until it holds; it may be a coroutine function. Fails the test, naming what was waited for."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited {within_s} s for {what}")


async def records(kafka_url: str, topic: str = "beacons", partitions: int = 4) -> list[tuple[int, bytes]]:
    """Partition and value of every record of a topic, in order within a partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=urlsplit(kafka_url).netloc)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        found = []
        for place, end in (await consumer.end_offsets(places)).items():
            while await consumer.position(place) < end:
                found.append((place.partition, (await consumer.getone(place)).value))
        return found
    finally:
        await consumer.stop()


async def kept(environ: dict[str, str], topic: str = "beacons") -> list[Beacon]:
    """What a reader keeps of a topic: every beacon that this Redis' keys open, of each number the first envelope."""
    tides = TideHolder(RedisSecrets(redis_client(environ["REDIS_URL"])))
    await tides.refresh()
    found: list[Beacon] = []
    marks: dict[tuple[int, bytes], int] = {}
    for partition, value in await records(environ["KAFKA_URL"], topic):
        head = read_head(value)
        key = tides.key_of(head.key_id)
        if key is None or head.sequence <= marks.get((partition, head.epoch), 0):
            continue
        marks[partition, head.epoch] = head.sequence
        found += decode_beacons(value, key)
    await tides.stop()
    return found
