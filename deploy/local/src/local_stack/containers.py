"""The same four engines from containers, where a Docker engine runs and already holds the pinned images."""
# ruff: noqa: PLC0415  the library is loaded only where a Docker engine is at hand

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from local_stack import probes
from local_stack.ports import free_port
from local_stack.program import Probe

_ASK_TIMEOUT_S = 5
_READY_TIMEOUT_S = 60.0
_PAUSE_S = 0.2


@dataclass(frozen=True)
class Image:
    """An official image: how it is told where it stands, and how one knows that it answers."""

    name: str
    port: int
    """Inside the container."""
    url: str
    """`{port}` stands for the port outside."""
    environment: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()


IMAGES = {
    "kafka": Image(
        "apache/kafka:4.1.1",
        9092,
        "kafka://127.0.0.1:{port}",
        {
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_LISTENERS": "BROKER://:9092,CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": "BROKER://127.0.0.1:{port}",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
            "KAFKA_MESSAGE_MAX_BYTES": "16777216",
        },
    ),
    "redis": Image(
        "valkey/valkey:9.1-alpine",
        6379,
        "redis://127.0.0.1:{port}/0",
        command=("valkey-server", "--save", "", "--appendonly", "no"),
    ),
    "postgres": Image(
        "postgres:18-alpine",
        5432,
        "postgresql://tideline:tideline@127.0.0.1:{port}/tideline",
        {"POSTGRES_USER": "tideline", "POSTGRES_PASSWORD": "tideline"},
    ),
    "clickhouse": Image(
        "clickhouse/clickhouse-server:26.9",
        8123,
        "http://tideline:tideline@127.0.0.1:{port}/tideline",
        {"CLICKHOUSE_USER": "tideline", "CLICKHOUSE_PASSWORD": "tideline", "CLICKHOUSE_DB": "tideline"},
    ),
}
"""The images of deploy/compose; a test compares the two."""


@cache
def available() -> bool:
    """True where `docker image inspect` finds all pinned images; nothing is pulled."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    names = [image.name for image in IMAGES.values()]
    try:
        asked = subprocess.run(
            (docker, "image", "inspect", *names), check=False, capture_output=True, timeout=_ASK_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


@contextmanager
def started(engine: str) -> Iterator[str]:
    """The URL of one engine's container that runs inside the block, published on loopback only."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # an image more, which nobody has pulled
    from testcontainers.core.container import DockerContainer

    image, port = IMAGES[engine], free_port()
    environment = {name: value.format(port=port) for name, value in image.environment.items()}
    container = DockerContainer(image.name, env=environment)
    if image.command:
        container.with_command(list(image.command))
    cast("dict[str, tuple[str, int]]", container.ports)[f"{image.port}/tcp"] = ("127.0.0.1", port)
    with container:
        url = image.url.format(port=port)
        _await(_probe(engine, url, port))
        yield url


def _probe(engine: str, url: str, port: int) -> Probe:
    if engine == "postgres":
        return probes.postgres(url)
    return {"kafka": probes.kafka(port), "redis": probes.redis(port)}.get(engine, probes.http_ok(port, "/ping"))


def _await(probe: Probe) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while True:
        try:
            return probe()
        except Exception:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_S)
