"""How many events a second one sink process brings into ClickHouse's engine, from a topic filled beforehand.

    .venv/bin/python bench/sink.py [events] [events in a record]

Real Kafka (one broker, four partitions) and ClickHouse's engine behind its HTTP interface, from the local stack. The
clock runs from the first rows that the sink reports to the last; starting and joining the group are not in it. The
rows are then counted in ClickHouse.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_type_hints
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import clickhouse_connect
from aiokafka import AIOKafkaProducer
from beacon_mix import beacons
from contract.beacon import Beacon
from contract.envelope import VERSION, EventEnvelope, Section, encode_events
from contract.event import NO_SCROLL_DEPTH, Event
from contract.identity import derived_id
from local_stack import kafka_jars
from local_stack.engines.clickhouse import clickhouse
from local_stack.engines.kafka import kafka
from local_stack.fixtures import running
from local_stack.places import checkout_state
from local_stack.ports import free_port
from tideline.clickhouse_ledger import migrate_clickhouse
from tideline.topics import create_topics

PARTITIONS, IN_SECTION, DEADLINE_S = 4, 100, 120.0
SCHEMA = Path(__file__).parents[1] / "clickhouse"
COUNTRIES = ("DE", "US", "FR", "GB", "IN", "BR", "JP", "PL")
EMPTY: dict[type, Any] = {int: 0, str: "", bool: False}
BLANK = {name: EMPTY.get(hint, {}) for name, hint in get_type_hints(Event).items()}


def event_of(number: int, beacon: Beacon) -> Event:
    """What an enricher would make of the beacon, in size and variety."""
    visitor = derived_id(bytes(16), hash(beacon.client_ip), hash(beacon.user_agent))
    host, path = urlsplit(beacon.url)[1:3]
    known = {
        "site_id": beacon.site_id, "timestamp": beacon.received_ms, "received": beacon.received_ms // 1000,
        "event_id": derived_id(bytes(16), number), "visitor": visitor, "name": "pageview", "hostname": host,
        "page": path, "session_id": derived_id(bytes(16), visitor), "session_start": beacon.received_ms - 60_000,
        "session_seq": number % 6 + 1, "session_pageviews": number % 6 + 1, "session_events": number % 6 + 1,
        "entry_hostname": host, "entry_page": path, "exit_hostname": host, "exit_page": path,
        "referrer": urlsplit(beacon.referrer)[1], "source": urlsplit(beacon.referrer)[1].split(".")[0],
        "channel": "Organic Search", "country": COUNTRIES[visitor % 8], "region": f"{COUNTRIES[visitor % 8]}-1",
        "city": 2_900_000 + visitor % 20_000, "device": "Desktop", "browser": "Chrome",
        "browser_version": str(90 + visitor % 50), "os": "Windows", "os_version": "10", "screen_width": 1440,
        "interactive": True, "props": beacon.props, "scroll_depth": NO_SCROLL_DEPTH,
    }  # fmt: skip
    return Event(**{**BLANK, **known})


def records(events: int, in_record: int, partition: int) -> list[bytes]:
    """Envelopes as an enricher writes them."""
    mix = islice(beacons(time.time_ns() // 1_000_000 - 60_000, events // 60, seed=partition), events)
    made = [event_of(partition * events + number, beacon) for number, beacon in enumerate(mix)]
    in_section = min(IN_SECTION, in_record)
    parts = [made[i : i + in_section] for i in range(0, len(made), in_section)]
    now_ms = time.time_ns() // 1_000_000
    sections = [Section(offset, part, received_ms=now_ms) for offset, part in enumerate(parts)]
    each = in_record // in_section
    return [
        encode_events(EventEnvelope(VERSION, bytes(16), sections[i : i + each], {}))
        for i in range(0, len(sections), each)
    ]


async def fill(kafka_url: str, events: int, in_record: int) -> int:
    """Fill the partitions; the bytes written."""
    await create_topics(kafka_url, PARTITIONS)
    written = 0
    servers = kafka_url.removeprefix("kafka://")
    async with AIOKafkaProducer(bootstrap_servers=servers, max_request_size=2**24) as producer:
        for partition in range(PARTITIONS):
            for value in records(events // PARTITIONS, in_record, partition):
                written += len(value)
                await producer.send("events", value, partition=partition)
    return written


class Look(NamedTuple):
    """What the sink says of itself at a moment."""

    at_s: float
    rows: int
    cpu_s: float


def look(port: int) -> Look:
    """Rows that ClickHouse confirmed, and the processor time of the sink's process."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except URLError:
        return Look(time.monotonic(), 0, 0.0)
    rows, cpu_s = (
        float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])  # type: ignore[index]
        for name in ("tideline_sink_rows_total", "process_cpu_seconds_total")
    )
    return Look(time.monotonic(), int(rows), cpu_s)


def watch(port: int, events: int) -> tuple[Look, Look]:
    """The first look that finds rows and the first that finds all."""
    first, until = None, time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        now = look(port)
        first = first or (now if now.rows else None)
        if first and now.rows >= events:
            return first, now
        time.sleep(0.05)
    raise SystemExit("not done in time")


def run(kafka_url: str, clickhouse_url: str, events: int, in_record: int) -> None:
    """Fill, let one sink loose, count."""
    migrate_clickhouse(clickhouse_url, SCHEMA)
    written = asyncio.run(fill(kafka_url, events, in_record))
    print(f"{events} events of {written / events:.0f} bytes wait in {PARTITIONS} partitions, {in_record} a record")
    port = free_port()
    settings = {"KAFKA_URL": kafka_url, "CLICKHOUSE_URL": clickhouse_url, "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "sink"], env=os.environ | settings)
    try:
        first, last = watch(port, events)
    finally:
        process.terminate()
        _, _, used = os.wait4(process.pid, 0)
    stored = clickhouse_connect.get_client(dsn=clickhouse_url).query("SELECT count() FROM events").result_rows[0][0]
    verdict = "nothing lost, nothing twice" if stored == events else f"WRONG: {stored - events:+} rows"
    rows, seconds, cpu_s = last.rows - first.rows, last.at_s - first.at_s, last.cpu_s - first.cpu_s
    print(
        f"{rows / seconds:,.0f} events/s ({rows} in {seconds:.2f} s), {stored} rows, {verdict}; "
        f"{rows / cpu_s:,.0f} events a second of the process's own CPU; {used.ru_maxrss / 1024:.0f} MB at most; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def main() -> None:
    """Run on engines of its own."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 800_000
    in_record = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with TemporaryDirectory(prefix="tideline-bench-") as folder:
        jars = kafka_jars.fetch(checkout_state() / "cache")
        with (
            running(lambda f: kafka(free_port(), free_port(), f / "kafka", jars), Path(folder) / "k") as kafka_url,
            running(lambda f: clickhouse(free_port(), f / "clickhouse"), Path(folder) / "c") as clickhouse_url,
        ):
            run(kafka_url, clickhouse_url, events, in_record)


if __name__ == "__main__":
    main()
