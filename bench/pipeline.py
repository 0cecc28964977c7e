"""How fast the whole pipeline is, its load on the same two cores, from accepted to queryable, with nothing lost.

python -m bench.pipeline single     one beacon a request, by wrk
python -m bench.pipeline batch      many beacons an envelope, written to `beacons` as a collector would
python -m bench.pipeline latency    seconds from a 202 to the answer of /api/v2/query, beside a steady load
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import clickhouse_connect
from aiokafka import AIOKafkaProducer
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.identity import partition_of
from contract.limits import MAX_ENVELOPE_BEACONS
from contract.tide import REDIS_ROUTING_KEY, REDIS_TIDE_KEY, Tide, day_of, month_of
from contract.topics import BEACONS, DEFAULT_PARTITIONS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import msgpack
from redis import Redis
from tideline.topics import bootstrap_of

from bench.beacon_mix import beacons
from tests.integration.running_stack import Stack, running, until

DISTINCT_REQUESTS = 50_000
CONNECTIONS = 256
PATIENCE_S = 300


def stored(stack: Stack, site_id: int) -> int:
    """Rows of the site, counted in ClickHouse."""
    client = clickhouse_connect.get_client(dsn=stack.endpoints["clickhouse"])
    try:
        return int(
            client.query("SELECT count() FROM events WHERE site_id = {s:UInt32}", {"s": site_id}).result_rows[0][0]
        )
    finally:
        client.close()


def site_of(stack: Stack) -> tuple[str, int]:
    """A fresh site: its domain and id."""
    domain = stack.new_site()
    listed = stack.tideline("site", "list")
    return domain, next(int(re.findall(r"\d+", line)[0]) for line in listed.splitlines() if domain in line)


def wait_for_rows(stack: Stack, site_id: int, rows: int) -> float:
    """Wait until so many rows are there; the time.monotonic() of that moment."""
    until(lambda: stored(stack, site_id) >= rows, what=f"{rows} rows", within_s=PATIENCE_S, every_s=0.1)
    return time.monotonic()


def send(stack: Stack, site: str, seconds: int) -> tuple[int, int, float]:
    """As much as wrk can send, one beacon a request: how many were answered 2xx, how many otherwise, in how long."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{b.client_ip}\t{b.user_agent}\t{body_of(b, site)}\n" for b in mix(DISTINCT_REQUESTS))
        file.flush()
        started = time.monotonic()
        out = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", "bench/pipeline_requests.lua", stack.collector],
            env=os.environ | {"BEACONS": file.name}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        sent_s = time.monotonic() - started
    answered = int(re.search(r"(\d+) requests in", out)[1])  # type: ignore[index]
    refused = int(found[1]) if (found := re.search(r"Non-2xx or 3xx responses: (\d+)", out)) else 0
    return answered - refused, refused, sent_s


def verdict_on(accepted: int, rows: int) -> str:
    """A request that wrk gave up at its end may have been accepted: at most one a connection."""
    return "nothing lost" if accepted <= rows <= accepted + CONNECTIONS else f"WRONG: {rows - accepted:+} rows"


def single(stack: Stack, seconds: int) -> None:
    """One beacon a request: accepted by the collector's own count, against rows."""
    site, site_id = site_of(stack)
    started = time.monotonic()
    accepted, refused, sent_s = send(stack, site, seconds)
    finished = wait_for_rows(stack, site_id, accepted)
    time.sleep(3)
    rows = stored(stack, site_id)
    print(
        f"single: {accepted} beacons answered 202 in {sent_s:.1f} s ({refused} refused), {rows} rows, "
        f"{verdict_on(accepted, rows)}; "
        f"from the first beacon to the last row {accepted / (finished - started):.0f} events/s"
    )


def batch(stack: Stack, count: int) -> None:
    """A filled `beacons` topic; the clock runs from its first record to the last row, so the filling is in it."""
    _, site_id = site_of(stack)
    with Redis.from_url(stack.endpoints["redis"]) as redis:
        now_ms = time.time_ns() // 1_000_000
        tide = msgpack.decode(redis.get(REDIS_TIDE_KEY.format(day=day_of(now_ms))), type=Tide)
        routing = bytes(redis.get(REDIS_ROUTING_KEY.format(month=month_of(now_ms))))
    records = envelopes(site_id, count, tide, routing)
    started = time.monotonic()
    asyncio.run(produce(stack.endpoints["kafka"], records))
    filled_s = time.monotonic() - started
    finished = wait_for_rows(stack, site_id, count)
    time.sleep(3)
    rows = stored(stack, site_id)
    verdict = "nothing lost, nothing twice" if rows == count else f"WRONG: {rows - count:+} rows"
    print(
        f"batch: {count} beacons in {len(records)} envelopes written in {filled_s:.1f} s, {rows} rows, {verdict}; "
        f"{count / (finished - started):.0f} events/s"
    )


def latency(stack: Stack, rate: int, probes: int) -> None:
    """A probe's pageview is asked for until it is there, while other visitors send at a steady rate."""
    site, _ = site_of(stack)
    load = subprocess.Popen(
        [sys.executable, "-m", "loadgen", "people", "--collector", stack.collector, "--site", stack.new_site(),
         "--rate", str(rate), "--seconds", "120"], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        time.sleep(3)
        took = sorted(visible_s(stack, site, number) for number in range(probes))
    finally:
        load.terminate()
        load.wait()
    print(
        f"latency: {probes} probes beside {rate} beacons/s, from 202 to the answer: "
        f"median {median(took):.2f} s, p99 {quantiles(took, n=100)[98]:.2f} s, most {took[-1]:.2f} s"
    )


def visible_s(stack: Stack, site: str, number: int) -> float:
    """Seconds from the 202 until the pageview is in the answer."""
    assert stack.send(site, f"/{number}", ip=f"192.0.2.{number % 250}").status_code == 202  # noqa: S101
    began = time.monotonic()
    until(lambda: stack.totals(site, "pageviews")[0] > number, what="the probe", every_s=0.02)
    return time.monotonic() - began


def mix(count: int) -> list[Beacon]:
    """Beacons of lifelike variety, received now."""
    return list(islice(beacons(time.time_ns() // 1_000_000 - 60_000, max(1, count // 60)), count))


def body_of(beacon: Beacon, site: str) -> str:
    """The beacon as a page would send it."""
    return json.dumps({"n": beacon.name, "u": beacon.url, "d": site, "r": beacon.referrer, "p": beacon.props})


def envelopes(site_id: int, count: int, tide: Tide, routing: bytes) -> list[tuple[int, bytes]]:
    """Partition and value of full envelopes, numbered as one life of a collector would."""
    lanes: list[list[Beacon]] = [[] for _ in range(DEFAULT_PARTITIONS)]
    for beacon in mix(count):
        beacon.site_id = site_id
        place = partition_of(routing, site_id, beacon.client_ip, beacon.user_agent, "", DEFAULT_PARTITIONS)
        lanes[place].append(beacon)
    key, epoch = AESGCM(tide.key), os.urandom(8)
    return [
        (lane, encode_beacons(BeaconEnvelopeHead(VERSION, epoch, lane, number, tide.key_id), full, key))
        for lane, found in enumerate(lanes)
        for number, full in enumerate(chunks(found), 1)
    ]


def chunks(found: list[Beacon]) -> list[list[Beacon]]:
    """Runs of at most an envelope's beacons."""
    return [found[i : i + MAX_ENVELOPE_BEACONS] for i in range(0, len(found), MAX_ENVELOPE_BEACONS)]


async def produce(kafka_url: str, records: list[tuple[int, bytes]]) -> None:
    """Write the records, each lane in order, and wait for every acknowledgement."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_of(kafka_url), enable_idempotence=True, linger_ms=5, max_request_size=2**21
    ) as producer:
        sent = [await producer.send(BEACONS.name, value, partition=lane) for lane, value in records]
        await asyncio.gather(*sent)


def main() -> None:
    """Run one of the three on a stack of its own."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("which", choices=["single", "batch", "latency"])
    reader.add_argument("--seconds", type=int, default=20, help="single: how long wrk sends")
    reader.add_argument("--count", type=int, default=500_000, help="batch: how many beacons")
    reader.add_argument("--rate", type=int, default=1_000, help="latency: beacons a second of the steady load")
    reader.add_argument("--probes", type=int, default=100, help="latency: how many probes")
    asked = reader.parse_args()
    if asked.which == "single" and shutil.which("wrk") is None:
        raise SystemExit("single needs wrk (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "state") as stack:
            if asked.which == "single":
                single(stack, asked.seconds)
            elif asked.which == "batch":
                batch(stack, asked.count)
            else:
                latency(stack, asked.rate, asked.probes)


if __name__ == "__main__":
    main()
