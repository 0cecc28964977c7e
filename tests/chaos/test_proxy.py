"""The proxy does what it says to bytes that pass."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from local_stack.ports import free_port

from tests.chaos.proxy import LOOPBACK, Proxies, proxies

PATIENCE_S = 5


@pytest.fixture
def way() -> Iterator[tuple[Proxies, int]]:
    """A proxy named `echo` in front of a server that says everything again, and the proxy's port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        port = free_port()
        with proxies({"echo": (LOOPBACK, port, server.getsockname()[1])}) as found:
            yield found, port
        server.shutdown(socket.SHUT_RDWR)


def serve(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=(connection,), daemon=True).start()


def echo(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        while chunk := connection.recv(1_000):
            connection.sendall(chunk)


def said(port: int, text: bytes) -> bytes:
    """What comes back for the text, over a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while chunk := client.recv(1_000):
            found += chunk
        return found


def test_in_fair_weather_everything_passes(way: tuple[Proxies, int]):
    assert said(way[1], b"ahoy") == b"ahoy"


def test_a_slow_way_takes_its_time_in_both_directions(way: tuple[Proxies, int]):
    way[0].weather("echo").delay_s = 0.2
    began = time.monotonic()
    assert said(way[1], b"ahoy") == b"ahoy"
    assert time.monotonic() - began > 0.39


def test_what_was_sent_into_silence_arrives_when_it_ends(way: tuple[Proxies, int]):
    way[0].weather("echo").silent = True
    with socket.create_connection(("127.0.0.1", way[1]), PATIENCE_S) as client:
        client.sendall(b"ahoy")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(10)
        way[0].weather("echo").silent = False
        client.settimeout(PATIENCE_S)
        assert client.recv(10) == b"ahoy"


def test_an_answer_breaks_off_where_it_is_told_to(way: tuple[Proxies, int]):
    way[0].weather("echo").resets_after_bytes = 2
    with pytest.raises(ConnectionResetError):
        said(way[1], b"ahoy")


def test_questions_are_overheard_and_answers_are_not(way: tuple[Proxies, int]):
    heard: list[bytes] = []
    way[0].weather("echo").overheard = heard.append
    assert said(way[1], b"ahoy") == b"ahoy"
    assert heard == [b"ahoy"]


def test_a_shut_port_resets_who_is_there_refuses_who_comes_and_opens_again(way: tuple[Proxies, int]):
    with socket.create_connection(("127.0.0.1", way[1]), PATIENCE_S) as client:
        client.sendall(b"ahoy")
        assert client.recv(10) == b"ahoy"
        with way[0].shut("echo"):
            with pytest.raises(ConnectionResetError):
                client.recv(10)
            with pytest.raises(ConnectionRefusedError):
                said(way[1], b"ahoy")
    assert said(way[1], b"again") == b"again"
