"""Pytest fixtures: the four engines at four URLs, from the environment, from containers, or started for the session.

Each is started when a test first asks for it, on ports and in a folder of its own, and ends with the session.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local_stack import containers, kafka_jars
from local_stack.child import Child
from local_stack.engines.clickhouse import clickhouse
from local_stack.engines.kafka import kafka
from local_stack.engines.postgres import postgres
from local_stack.engines.valkey import valkey
from local_stack.places import checkout_state
from local_stack.ports import free_port
from local_stack.program import Engine

_START_TRIES = 3
"""Another process may take a port between the look and the start."""


@pytest.fixture(scope="session")
def kafka_url() -> Iterator[str]:
    """`kafka://host:port` of a broker without topics."""

    def make(folder: Path) -> Engine:
        return kafka(free_port(), free_port(), folder / "kafka", kafka_jars.fetch(checkout_state() / "cache"))

    yield from _url("kafka", make)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """`redis://host:port/0` of an empty server."""
    yield from _url("redis", lambda folder: valkey(free_port(), folder / "redis"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`postgresql://…` of an empty database."""
    yield from _url("postgres", lambda folder: postgres(free_port(), folder / "postgres"))


@pytest.fixture(scope="session")
def clickhouse_url() -> Iterator[str]:
    """`http://user:password@host:port/database` of an empty database."""
    yield from _url("clickhouse", lambda folder: clickhouse(free_port(), folder / "clickhouse"))


def _url(name: str, make: Callable[[Path], Engine]) -> Iterator[str]:
    given = os.environ.get(f"{name.upper()}_URL")
    if given:
        yield given
    elif containers.available():
        with containers.started(name) as url:
            yield url
    else:
        with (
            TemporaryDirectory(prefix=f"tideline-{name}-", ignore_cleanup_errors=True) as folder,
            running(make, Path(folder)) as url,
        ):
            yield url


@contextmanager
def running(make: Callable[[Path], Engine], folder: Path) -> Iterator[str]:
    """The URL of an engine that runs inside the block. Raises StartError where it will not start."""
    for attempt in range(1, _START_TRIES + 1):
        engine = make(folder)
        child = Child(engine.program, folder / "log")
        try:
            child.start()
            break
        except Exception:
            child.stop()
            if attempt == _START_TRIES:
                raise
    try:
        yield engine.url
    finally:
        child.stop()
