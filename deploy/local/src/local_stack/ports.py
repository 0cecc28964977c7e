"""Ports of loopback: the stack's fixed ones, free ones for tests, and who holds one that is taken."""

import random
import socket
from collections.abc import Iterable

import psutil

from local_stack.program import Program

_OFFSETS = {
    "collector": 1,
    "query-api": 2,
    "enricher": 3,
    "sink": 4,
    "salt-cron": 5,
    "rollup": 6,
    "repeats": 7,
    "clickhouse": 23,
    "postgres": 32,
    "redis": 79,
    "kafka": 92,
    "kafka-controller": 93,
}
"""Each part's port, counted from the stack's base."""

_TEST_RANGE = range(20_000, 32_000)
"""Below 32768: above it a poller that connects to a closed port can meet its own connection."""


class PortTakenError(Exception):
    """Ports that the stack needs are in use; the message names each, who wants it, who has it and what to do."""


def port_of(name: str, base: int) -> int:
    """The port of a part by its name. Raises KeyError for one that has none."""
    return base + _OFFSETS[name]


def base_of(name: str, port: int) -> int:
    """The base that this part's port was counted from. Raises KeyError for a part that has none."""
    return port - _OFFSETS[name]


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


def check_free(programs: Iterable[Program]) -> None:
    """Return where every program's ports are free. Raises PortTakenError."""
    taken = [
        f"  port {port} is needed by {program.name}, but {_holder(port)} has it"
        for program in programs
        for port in program.ports
        if is_taken(port)
    ]
    if taken:
        raise PortTakenError(
            "\n".join(taken) + "\nStop what has it, or move all of the stack's ports: TIDELINE_PORT_BASE=17200 make up"
        )


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another program"
    for connection in connections:
        if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            return _described(connection.pid)
    return "another program"


def _described(pid: int | None) -> str:
    if pid is None:
        return "another user's program"
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.NoSuchProcess:
        return "another program"
