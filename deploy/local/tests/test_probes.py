"""Health checks: only an answer in the right protocol counts."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from local_stack import probes
from local_stack.ports import free_port
from local_stack.program import Probe

API_VERSIONS_ANSWER = bytes.fromhex("0000000e 00000001 0000 00000000 00000000")
API_VERSIONS_ERROR = bytes.fromhex("0000000e 00000001 0023 00000000 00000000")


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that gives everybody this answer; its port."""
    with socket.create_server(("127.0.0.1", free_port())) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    connection.sendall(answer)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    server.join(5)


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (probes.kafka, API_VERSIONS_ANSWER),
        (probes.redis, b"+PONG\r\n"),
        (lambda port: probes.http_ok(port, "/ping"), b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOk."),
    ],
)
def test_the_right_answer_is_ready(make: Callable[[int], Probe], answer: bytes) -> None:
    with answering(answer) as port:
        make(port)()


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (probes.kafka, API_VERSIONS_ERROR),
        (probes.kafka, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (probes.kafka, b""),
        (probes.redis, b"-LOADING"),
        (probes.redis, b""),
        (lambda port: probes.http_ok(port, "/"), b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nlate"),
    ],
)
def test_any_other_answer_is_not(make: Callable[[int], Probe], answer: bytes) -> None:
    with answering(answer) as port, pytest.raises(probes.NotReadyError):
        make(port)()


@pytest.mark.parametrize("make", [probes.kafka, probes.redis, lambda port: probes.http_ok(port, "/")])
def test_a_closed_port_is_not_ready(make: Callable[[int], Probe]) -> None:
    with pytest.raises(ConnectionRefusedError):
        make(free_port())()


def test_another_host_is_asked_where_one_is_named() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOk.") as port, pytest.raises(ConnectionRefusedError):
        probes.http_ok(port, "/ping", "127.0.0.2")()
