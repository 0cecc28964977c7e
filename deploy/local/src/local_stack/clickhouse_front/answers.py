"""What the engine gave in, HTTP answers out: whole, streamed with an exception tag, written rows, failures."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from local_stack.clickhouse_front.compression import Encoder
from local_stack.clickhouse_front.connection import Connection, Written
from local_stack.clickhouse_front.engine import Pool
from local_stack.clickhouse_front.failures import EngineError
from local_stack.clickhouse_front.request_to_statement import Context, Statement

_MOST_HELD_BYTES = 32 * 1024 * 1024
"""A client that waits for the end gets a failure as a status, unless the answer is longer than this."""


async def whole(readers: Pool, statement: Statement, coding: str) -> Response:
    """The answer of a statement that runs to its end before the first byte leaves. Raises EngineError."""
    connection = await readers.take()
    try:
        done = await asyncio.wrap_future(connection.submit(lambda: connection.run(statement)))
    finally:
        readers.give_back(connection)
    encoder = Encoder(coding)
    body = encoder.feed(done.body) + encoder.flush() if done.body else b""
    headers = _headers(statement.context, statement.format, coding if body else "") | _summary(done)
    return Response(body, headers=headers)


async def streamed(readers: Pool, statement: Statement, coding: str) -> Response:
    """The answer block by block; its first block is there before its status is. Raises EngineError."""
    connection = await readers.take()
    blocks = connection.stream(statement)
    most = _MOST_HELD_BYTES if statement.context.wait_for_end else 1
    try:
        source = _Coded(connection, blocks, coding)
        held: list[bytes] = []
        while not source.ended and sum(map(len, held)) < most:
            held.append(await source.next())
    except BaseException:
        readers.give_back(connection, blocks.close)
        raise
    headers = _headers(statement.context, statement.format, coding if any(held) else "")
    if source.ended:
        readers.give_back(connection, blocks.close)
        return Response(b"".join(held), headers=headers | _summary(Written()))
    tag = secrets.token_hex(8)
    return _Streamed(
        _tagged(held, source, tag),
        headers | {"X-ClickHouse-Exception-Tag": tag},
        lambda: readers.give_back(connection, blocks.close),
    )


def written(done: Written, context: Context) -> Response:
    """The answer to an insert: no body, the rows counted in the summary."""
    return Response(headers=_headers(context, "", "") | _summary(done))


def failure(error: EngineError, context: Context) -> Response:
    """ClickHouse's code in a header, the engine's words as the body."""
    headers = _headers(context, "", "") | {"X-ClickHouse-Exception-Code": str(error.code)}
    return Response(error.text + "\n", error.http_status, headers)


class _Coded:
    """An answer's blocks in their content coding, one `next` after another."""

    def __init__(self, connection: Connection, blocks: Iterator[bytes], coding: str) -> None:
        self._connection = connection
        self._blocks = blocks
        self._encoder = Encoder(coding)
        self.ended = False

    async def next(self) -> bytes:
        """The next bytes; `ended` is true with the last ones. Raises EngineError."""
        return await asyncio.wrap_future(self._connection.submit(self._advance))

    def failing(self, text: bytes) -> bytes:
        """The last bytes of an answer that broke off, with `text` at their end."""
        return self._encoder.feed(text) + self._encoder.flush()

    def _advance(self) -> bytes:
        block = next(self._blocks, None)
        if block is None:
            self.ended = True
            return self._encoder.flush()
        return self._encoder.feed(block)


class _Streamed(StreamingResponse):
    """Gives its connection back however the sending ends."""

    def __init__(self, content: AsyncIterator[bytes], headers: dict[str, str], done: Callable[[], None]) -> None:
        super().__init__(content, headers=headers)
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._done()


async def _tagged(held: list[bytes], source: _Coded, tag: str) -> AsyncIterator[bytes]:
    for block in held:
        yield block
    try:
        while not source.ended:
            yield await source.next()
    except EngineError as error:
        text = error.text.encode()
        end = b"\r\n__exception__\r\n%b\r\n%b\n%d %b\r\n__exception__\r\n"
        yield source.failing(end % (tag.encode(), text, len(text) + 1, tag.encode()))


def _headers(context: Context, form: str, coding: str) -> dict[str, str]:
    headers = {
        "X-ClickHouse-Query-Id": context.query_id,
        "X-ClickHouse-Timezone": "UTC",
        "X-ClickHouse-Server-Display-Name": "chdb",
        "Content-Type": "text/plain; charset=UTF-8" if form.startswith("T") else "application/octet-stream",
    }
    if form:
        headers["X-ClickHouse-Format"] = form
    if coding:
        headers["Content-Encoding"] = coding
    return headers


def _summary(done: Written) -> dict[str, str]:
    counts = {"read_rows": str(done.read_rows), "written_rows": str(done.written_rows)}
    return {"X-ClickHouse-Summary": json.dumps(counts)}
