"""Health checks that speak each engine's protocol: a port that is merely open may be anybody's."""

import http.client
import socket
import struct

import psycopg

from local_stack.program import Probe

_TIMEOUT_S = 2.0
_API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""Length, api key 18 (ApiVersions), version 0, correlation id 1, no client id."""


class NotReadyError(Exception):
    """Something answered, but not as a ready engine would."""


def kafka(port: int) -> Probe:
    """Asks the broker on that port which requests it knows."""

    def probe() -> None:
        answer = _exchange(port, _API_VERSIONS_REQUEST, 10)
        if len(answer) < 10 or struct.unpack(">ih", answer[4:10]) != (1, 0):  # noqa: PLR2004  length, id, error
            raise NotReadyError("not an answer of a Kafka broker")

    return probe


def redis(port: int) -> Probe:
    """Sends PING."""

    def probe() -> None:
        answer = _exchange(port, b"PING\r\n", 7)
        if answer != b"+PONG\r\n":
            raise NotReadyError(answer.decode(errors="replace").strip())

    return probe


def postgres(url: str) -> Probe:
    """Logs in."""

    def probe() -> None:
        psycopg.connect(url, connect_timeout=2).close()

    return probe


def http_ok(port: int, path: str, host: str = "127.0.0.1") -> Probe:
    """Asks for a path and expects 200."""

    def probe() -> None:
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                raise NotReadyError(f"{answer.status} {answer.read(300).decode(errors='replace')}")
        finally:
            connection.close()

    return probe


def _exchange(port: int, request: bytes, answer_bytes: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), _TIMEOUT_S) as connection:
        connection.sendall(request)
        answer = b""
        while len(answer) < answer_bytes and (more := connection.recv(answer_bytes - len(answer))):
            answer += more
        return answer
