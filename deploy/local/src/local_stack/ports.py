"""Ports of loopback: the stack's fixed ones, free ones for tests, and who holds one that is taken."""

import random
import socket
from dataclasses import dataclass

LOCAL_BASE = 7200
_TEST_RANGE = range(20_000, 32_000)
"""Below 32768: above it a poller that connects to a closed port can meet its own connection."""


@dataclass(frozen=True)
class Ports:
    """The stack's ports, all counted from one base."""

    base: int = LOCAL_BASE

    def of(self, name: str) -> int:
        """The port of a part by its name. Raises KeyError for one that has none."""
        return self.base + _OFFSETS[name]


_OFFSETS = {
    "collector": 1,
    "query-api": 2,
    "enricher": 3,
    "sink": 4,
    "salt-cron": 5,
    "rollup": 6,
    "clickhouse": 23,
    "postgres": 32,
    "redis": 79,
    "kafka": 92,
    "kafka-controller": 93,
}


def is_taken(port: int) -> bool:
    """True where something listens on that port of loopback, or the port cannot be bound."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """A port that was free a moment ago, picked at random so that two test sessions seldom meet."""
    for port in random.sample(_TEST_RANGE, 200):
        if not is_taken(port):
            return port
    raise OSError("no free port found")
