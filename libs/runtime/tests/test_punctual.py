"""Requests that arrive slowly, on real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from runtime.http import HttpServer
from runtime.punctual import Late
from starlette.types import Receive, Scope, Send

WITHIN_S = 0.4
ANSWER = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
WHOLE = b"POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nok"
LAST = WHOLE.replace(b"host: a", b"connection: close")


class Server:
    """Reads the body and answers; under `/unread` answers at once, under `/slow` after twice the time."""

    def __init__(self) -> None:
        self.late = 0
        self.gone = 0
        self.port = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = {"more_body": scope["path"] != "/unread"}
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone += 1
                return
        if scope["path"] == "/slow":
            await asyncio.sleep(2 * WITHIN_S)
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    def note(self) -> None:
        self.late += 1


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    app = Server()
    http = HttpServer(app, "127.0.0.1", 0, late=Late(WITHIN_S, ANSWER, app.note))
    await http.start()
    app.port = http._server.servers[0].sockets[0].getsockname()[1]
    yield app
    await http.stop()


async def spoken(server: Server, *pieces: bytes, pause_s: float = WITHIN_S / 5) -> bytes:
    """What the server answers to these pieces, one after each pause, until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    reading = asyncio.create_task(reader.read())
    for piece in pieces:
        if reading.done():
            break
        writer.write(piece)
        await asyncio.sleep(pause_s)
    async with asyncio.timeout(10):
        heard = await reading
    writer.close()
    return heard


@pytest.mark.parametrize(
    "begun", [b"POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n", b"POST /read HTTP/1.1\r\nx: "]
)
async def test_a_head_or_body_of_a_byte_at_a_time_is_answered_408_and_cut_off(server: Server, begun: bytes):
    began = asyncio.get_running_loop().time()
    assert await spoken(server, begun, *[b"a"] * 50) == ANSWER
    assert asyncio.get_running_loop().time() - began < 5 * WITHIN_S
    assert server.late == 1


async def test_whoever_reads_the_body_hears_that_the_client_is_gone(server: Server):
    await spoken(server, WHOLE[:-1])
    await asyncio.sleep(0.05)
    assert server.gone == 1


async def test_a_connection_on_which_nothing_is_asked_is_closed_without_a_word(server: Server):
    assert await spoken(server) == b""
    assert server.late == 0


async def test_the_rest_of_a_body_that_was_not_read_keeps_no_connection(server: Server):
    heard = await spoken(server, b"POST /unread HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n", *[b"a"] * 50)
    assert heard.startswith(b"HTTP/1.1 202")
    assert b"408" not in heard


async def test_empty_lines_after_an_answer_keep_no_connection(server: Server):
    assert (await spoken(server, WHOLE, *[b"\r\n"] * 50)).count(b"HTTP/1.1 202") == 1


async def test_a_request_in_pieces_that_is_whole_in_time_is_served(server: Server):
    heard = await spoken(server, WHOLE[:10], WHOLE[10:-1], WHOLE[-1:] + LAST[:10], LAST[10:])
    assert heard.count(b"HTTP/1.1 202") == 2
    assert server.late == 0


async def test_an_answer_that_takes_long_is_waited_for(server: Server):
    heard = await spoken(server, LAST.replace(b"/read", b"/slow"), pause_s=3 * WITHIN_S)
    assert heard.startswith(b"HTTP/1.1 202")


async def test_each_request_of_a_connection_has_the_whole_time(server: Server):
    heard = await spoken(server, *[WHOLE] * 7, LAST, pause_s=WITHIN_S / 3)
    assert heard.count(b"HTTP/1.1 202") == 8
