"""The same four engines from containers, where a Docker engine runs and already holds the pinned images."""
# ruff: noqa: PLC0415  the library is loaded only where a Docker engine is at hand

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

IMAGES = {
    "kafka": "apache/kafka:4.1.1",
    "redis": "valkey/valkey:9.1-alpine",
    "postgres": "postgres:18-alpine",
    "clickhouse": "clickhouse/clickhouse-server:26.9",
}
_ASK_TIMEOUT_S = 5


@cache
def available() -> bool:
    """True where `docker image inspect` finds all pinned images; nothing is pulled."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run(
            (docker, "image", "inspect", *IMAGES.values()), check=False, capture_output=True, timeout=_ASK_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


@contextmanager
def started(name: str) -> Iterator[str]:
    """The URL of one engine's container that runs inside the block."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # a second image, which nobody has pulled
    with _STARTERS[name]() as url:
        yield url


@contextmanager
def _kafka() -> Iterator[str]:
    from testcontainers.kafka import KafkaContainer

    with KafkaContainer(IMAGES["kafka"]).with_kraft() as container:
        yield f"kafka://{container.get_bootstrap_server()}"


@contextmanager
def _redis() -> Iterator[str]:
    from testcontainers.redis import RedisContainer

    with RedisContainer(IMAGES["redis"]).with_command("valkey-server --save '' --appendonly no") as container:
        yield f"redis://{container.get_container_host_ip()}:{container.get_exposed_port(6379)}/0"


@contextmanager
def _postgres() -> Iterator[str]:
    from testcontainers.postgres import PostgresContainer

    with PostgresContainer(IMAGES["postgres"], driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def _clickhouse() -> Iterator[str]:
    from testcontainers.clickhouse import ClickHouseContainer

    with ClickHouseContainer(IMAGES["clickhouse"], port=8123) as container:
        yield container.get_connection_url().replace("clickhouse://", "http://")


_STARTERS = {"kafka": _kafka, "redis": _redis, "postgres": _postgres, "clickhouse": _clickhouse}
