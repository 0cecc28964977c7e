"""How fast the collector is: requests/s of one process, `acks=all`, over a bare uvicorn app that answers 202.

One command: `python bench/collector.py`. Real Kafka (one broker, four partitions, `flush.messages=1`) and Valkey from
the local stack; `wrk` is the client. Both servers run at once and are measured in turn, so that noise meets both. The
CPU time that a request costs in each server is told as well: it says what the ratio would be where nothing else runs.
"""

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.request import urlopen

import msgspec
import psutil
import uvicorn
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry, Site
from local_stack import kafka_jars
from local_stack.engines.kafka import kafka
from local_stack.engines.valkey import valkey
from local_stack.fixtures import running
from local_stack.places import checkout_state
from local_stack.ports import free_port
from redis import Redis
from tideline.topics import create_topics
from tides.almanac import needed
from tides.mint import mint

REQUESTS = Path(__file__).with_name("collector_requests.lua")
PARTITIONS = 4
_WARM_UP_S = 3


async def bare(_scope: Any, _receive: Any, send: Any) -> None:
    """What uvicorn can do at most."""
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def serve_bare(port: int) -> None:
    """Run the bare app on a port until the process ends."""
    uvicorn.run(bare, host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off")


def requests_per_s(port: int, connections: int, seconds: int) -> float:
    """What wrk counts; ends the bench where an answer was not 2xx. A late answer lowers the figure and is no error."""
    url = f"http://127.0.0.1:{port}"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(REQUESTS), url]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in found or "Socket errors" in found:
        raise SystemExit(f"not every request was answered 202:\n{found}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", found)[1])  # type: ignore[index]


@contextmanager
def process(*command: str, **environ: str) -> Iterator[psutil.Process]:
    """A Python process that runs inside the block."""
    child = psutil.Popen([sys.executable, *command], env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


def wait_until_ready(port: int, path: str) -> None:
    """Return once the path answers 2xx; ends the bench after 20 seconds."""
    for _ in range(200):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                if answer.status < 300:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def fill(redis_url: str) -> None:
    """Put the secrets of today and a registry of one site where the collector looks."""
    redis = Redis.from_url(redis_url)
    for name in needed(time.time_ns() // 1_000_000):
        redis.set(name.redis_key, mint(name), exat=name.expires_at_s)
    redis.set(REDIS_REGISTRY_KEY, msgspec.json.encode(Registry(sites=(Site(1, "bench.example"),))))
    redis.set(REDIS_REGISTRY_DIGEST_KEY, "bench")
    redis.close()


class Server(NamedTuple):
    """What is measured."""

    port: int
    process: psutil.Process

    def run(self, connections: int, seconds: int) -> tuple[float, float]:
        """Requests/s, and microseconds of CPU a request."""
        before = sum(self.process.cpu_times()[:2])
        rate = requests_per_s(self.port, connections, seconds)
        return rate, (sum(self.process.cpu_times()[:2]) - before) / (rate * seconds) * 1e6


def measure(plain: Server, ours: Server, rounds: int, seconds: int) -> None:
    """Print the medians and their ratio at 256 and at 64 connections."""
    print(f"wrk, 1 thread, {rounds} rounds of {seconds} s in turn, {os.cpu_count()} cores for everything")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    ours.run(256, _WARM_UP_S)  # a broker that has just started still compiles itself
    for connections in (256, 64):
        pairs = [(plain.run(connections, seconds), ours.run(connections, seconds)) for _ in range(rounds)]
        (plain_rate, plain_us), (rate, us) = (
            tuple(median(values) for values in zip(*runs, strict=True)) for runs in zip(*pairs, strict=True)
        )
        print(f"{connections:4} connections: collector {rate:7.0f}/s, bare uvicorn {plain_rate:7.0f}/s", end="")
        print(f", ratio {rate / plain_rate:.2f}; CPU a request {us:.0f} and {plain_us:.0f} us, {plain_us / us:.2f}")


def main() -> None:
    """Start everything, measure, stop everything."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--seconds", type=int, default=1)
    reader.add_argument("--serve-bare", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.serve_bare:
        serve_bare(asked.serve_bare)
        return
    if shutil.which("wrk") is None:
        raise SystemExit("bench/collector.py needs wrk (Debian: apt-get install wrk)")
    jars = kafka_jars.fetch(checkout_state() / "cache")
    plain, ours = free_port(), free_port()
    with (
        TemporaryDirectory(prefix="tideline-bench-") as folder,
        running(lambda at: kafka(free_port(), free_port(), at / "kafka", jars), Path(folder)) as kafka_url,
        running(lambda at: valkey(free_port(), at / "redis"), Path(folder)) as redis_url,
    ):
        asyncio.run(create_topics(kafka_url, PARTITIONS))
        fill(redis_url)
        own = {"KAFKA_URL": kafka_url, "REDIS_URL": redis_url, "PORT": str(ours), "TRUSTED_PROXIES": "127.0.0.0/8"}
        own |= {"STATE_DIR": folder, "SITE_RATE_PER_S": "0"}
        bare_app = process(__file__, "--serve-bare", str(plain))
        with bare_app as bare_process, process("-m", "collector", **own) as own_process:
            wait_until_ready(ours, "/health/ready")
            wait_until_ready(plain, "/")
            measure(Server(plain, bare_process), Server(ours, own_process), asked.rounds, asked.seconds)


if __name__ == "__main__":
    main()
