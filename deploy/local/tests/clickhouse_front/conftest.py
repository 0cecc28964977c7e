"""A front as a process of its own on a free port, and the unmodified client on it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

_START_S = 30.0


class Front:
    """A front's process on a folder; `start` again after a kill opens the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "local_stack.clickhouse_front", *self.arguments()]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        until = time.monotonic() + _START_S
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the front did not start")

    def arguments(self) -> list[str]:
        given = {"path": self.folder, "port": self.port, "user": "tide", "password": "line", "database": "tideline"}
        return [part for name, value in given.items() for part in (f"--{name}", str(value))]

    def client(self, **options: object) -> Client:
        return clickhouse_connect.get_client(dsn=f"http://tide:line@127.0.0.1:{self.port}/tideline", **options)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self._reap()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self._reap()

    def _reap(self) -> int:
        assert self.process is not None
        self.process.communicate(timeout=30)
        return self.process.returncode


def _free_port() -> int:
    for port in range(21000, 32000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


@pytest.fixture
def own_front(tmp_path: Path) -> Iterator[Front]:
    """A front that the test may kill or stop."""
    front = Front(tmp_path / "data")
    front.start()
    yield front
    if front.process is not None and front.process.poll() is None:
        front.kill()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A front for a whole module."""
    shared = Front(tmp_path_factory.mktemp("front") / "data")
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def client(front: Front) -> Iterator[Client]:
    """The unmodified client on the module's front."""
    made = front.client()
    yield made
    made.close()
