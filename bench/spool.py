"""How fast a collector takes beacons while Kafka is away, and how fast it replays them when Kafka is back.

`python -m bench.spool`: real Kafka, killed under a load by wrk and started again; the figures are the collector's own
counts. Replaying is as fast as real time where its rate is that of taking.
"""

import argparse
import asyncio
import os
import re
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from local_stack import kafka_jars
from local_stack.child import Child
from local_stack.engines.kafka import kafka
from local_stack.engines.valkey import valkey
from local_stack.fixtures import running
from local_stack.places import checkout_state
from local_stack.ports import free_port
from tideline.topics import create_topics

from bench.collector import PARTITIONS, fill, process, requests_per_s, wait_until_ready

CONNECTIONS = 256


def metric(port: int, name: str) -> float:
    """A metric of the collector, without labels."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)[1])  # type: ignore[index]


def measure(port: int, broker: Child, seconds: int) -> None:
    """Kill the broker, send, start it again, and wait until the spool is empty."""
    before = metric(port, "tideline_collector_accepted_total")
    broker_pid = broker.pid
    assert broker_pid is not None  # noqa: S101
    os.killpg(broker_pid, signal.SIGKILL)
    broker.stop()
    requests_per_s(port, CONNECTIONS, seconds)
    beacons = metric(port, "tideline_collector_accepted_total") - before
    envelopes = metric(port, "tideline_collector_spool_envelopes")
    size_bytes = metric(port, "tideline_collector_spool_bytes")
    broker.start()
    began = time.monotonic()
    while metric(port, "tideline_collector_spool_envelopes"):
        time.sleep(0.02)
    replayed_s = time.monotonic() - began
    print(
        f"while Kafka is away: {beacons / seconds:.0f} beacons/s taken, {beacons / envelopes:.0f} to an envelope, "
        f"{size_bytes / beacons:.0f} bytes of disk each\n"
        f"when it is back: {beacons:.0f} beacons in {envelopes:.0f} envelopes replayed in {replayed_s:.2f} s, "
        f"{beacons / replayed_s:.0f} beacons/s"
    )


def main() -> None:
    """Start everything, measure, stop everything."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--seconds", type=int, default=10)
    asked = reader.parse_args()
    with (
        TemporaryDirectory(prefix="tideline-bench-") as folder,
        running(lambda at: valkey(free_port(), at / "redis"), Path(folder)) as redis_url,
    ):
        engine = kafka(free_port(), free_port(), Path(folder) / "kafka", kafka_jars.fetch(checkout_state() / "cache"))
        broker, port = Child(engine.program, Path(folder) / "kafka.log"), free_port()
        try:
            broker.start()
            asyncio.run(create_topics(engine.url, PARTITIONS))
            fill(redis_url)
            own = {"KAFKA_URL": engine.url, "REDIS_URL": redis_url, "PORT": str(port), "STATE_DIR": folder}
            own |= {"TRUSTED_PROXIES": "127.0.0.0/8", "SITE_RATE_PER_S": "0"}
            with process("-m", "collector", **own):
                wait_until_ready(port, "/health/ready")
                requests_per_s(port, CONNECTIONS, 1)
                measure(port, broker, asked.seconds)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
