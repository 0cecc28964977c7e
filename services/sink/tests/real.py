"""Real engines for tests: a topic and a database of one's own, a sink in a process of its own, what it wrote."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import clickhouse_connect
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from local_stack.ports import free_port
from runtime.kafka_topics import make_topics
from sink.events_to_block import Record
from sink.intent import decode
from tideline.clickhouse_ledger import migrate_clickhouse

ROOT = Path(__file__).parents[3]
PARTITIONS = 2


class Place:
    """A topic, a group and a database that nobody else uses."""

    def __init__(self, kafka_url: str, clickhouse_url: str) -> None:
        name = f"sink_{uuid4().hex[:12]}"
        self.servers = kafka_url.removeprefix("kafka://")
        self.topic = name
        self.group = name
        self.clickhouse_url = f"{clickhouse_url.rpartition('/')[0]}/{name}"
        client = clickhouse_connect.get_client(dsn=clickhouse_url)
        client.command(f"CREATE DATABASE {name}")
        client.close()
        migrate_clickhouse(self.clickhouse_url, ROOT / "clickhouse")
        self.port = free_port()

    def environment(self, **settings: object) -> dict[str, str]:
        given = {
            "KAFKA_URL": f"kafka://{self.servers}",
            "CLICKHOUSE_URL": self.clickhouse_url,
            "TOPIC": self.topic,
            "GROUP_ID": self.group,
            "PORT": self.port,
            "SESSION_TIMEOUT_S": 6,
            "FLUSH_INTERVAL_S": 0.05,
            "BLOCK_MAX_ROWS": 20,
            **settings,
        }
        return {**os.environ, **{name: str(value) for name, value in given.items()}}

    async def fill(self, logs: Sequence[Sequence[Record]]) -> None:
        """Make the topic, a partition for each log, and send the records."""
        async with admin_of(self.servers) as admin:
            await make_topics(admin, [NewTopic(self.topic, len(logs), 1)])
        await self.send(logs)

    async def send(self, logs: Sequence[Sequence[Record]]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.servers) as producer:
            for partition, records in enumerate(logs):
                for record in records:
                    await producer.send(self.topic, record.value, partition=partition)
            await producer.flush()

    async def settled(self, logs: Sequence[Sequence[Record]], timeout_s: float = 150) -> None:
        """Return when every partition is acknowledged to its end."""
        ends = {TopicPartition(self.topic, p): len(records) for p, records in enumerate(logs) if records}
        async with admin_of(self.servers) as admin, asyncio.timeout(timeout_s):
            while True:
                found = {}
                with suppress(KafkaError):  # the group's coordinator is new with the group
                    found = await admin.list_consumer_group_offsets(self.group)
                if all(p in found and found[p].offset == end and settled(found[p].metadata) for p, end in ends.items()):
                    return
                await asyncio.sleep(0.1)

    def command(self, sql: str) -> None:
        """Do something to the rows."""
        client = clickhouse_connect.get_client(dsn=self.clickhouse_url)
        client.command(sql)
        client.close()

    def ledger(self) -> dict[tuple[int, str], int]:
        """Beacons by minute in Unix seconds and reason, as the loss ledger has them."""
        client = clickhouse_connect.get_client(dsn=self.clickhouse_url)
        try:
            asked = "SELECT toUnixTimestamp(minute), reason, toInt64(sum(beacons)) FROM ledger FINAL GROUP BY ALL"
            return {(at, reason): beacons for at, reason, beacons in client.query(asked).result_rows}
        finally:
            client.close()

    def rows(self) -> Counter[tuple[int, int, int, int]]:
        """Copies by partition, source offset, place and event id."""
        client = clickhouse_connect.get_client(dsn=self.clickhouse_url)
        try:
            found = client.query("SELECT source_partition, source_offset, source_place, event_id FROM events")
            return Counter(tuple(row) for row in found.result_rows)
        finally:
            client.close()


def settled(metadata: str) -> bool:
    progress = decode(metadata)
    return progress is not None and progress.pending is None


@asynccontextmanager
async def admin_of(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def process(environment: Mapping[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process in the tree's root, killed at the end where it still runs."""
    child = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=environment)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def ended(child: asyncio.subprocess.Process, by: signal.Signals | None = None, timeout_s: float = 120) -> int:
    """The exit status, after a signal where one is given."""
    if by is not None:
        child.send_signal(by)
    return await asyncio.wait_for(child.wait(), timeout_s)


@asynccontextmanager
async def gate(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The same URL by way of a relay that passes bytes only while the event is set, and cuts what is open otherwise."""
    to = urlsplit(url)
    opened = asyncio.Event()
    opened.set()

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while opened.is_set() and (data := await source.read(65_536)) and opened.is_set():
                sink.write(data)
                await sink.drain()
        sink.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not opened.is_set():
            writer.close()
            return
        there, back = await asyncio.open_connection(to.hostname, to.port)
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield url.replace(f"{to.hostname}:{to.port}", f"127.0.0.1:{port}"), opened
        opened.clear()
        server.close()
