"""Rows of an INSERT, from the request's body into the engine, in constant memory; committed only when complete."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response

from local_stack.clickhouse_front import answers
from local_stack.clickhouse_front.connection import Connection, Rows, Written, translated
from local_stack.clickhouse_front.engine import Pool
from local_stack.clickhouse_front.request_to_statement import Insert

_APPEND_BYTES = 1024 * 1024


async def insert_rows(writers: Pool, insert: Insert, first: bytes, rest: AsyncIterator[bytes]) -> Response:
    """The answer to an insert of `first` and what follows. A body that breaks off inserts nothing. EngineError."""
    connection = await writers.take()
    handle = None
    try:
        handle = await asyncio.wrap_future(connection.submit(lambda: connection.begin_insert(insert)))
        done = await _feed(connection, handle, first, rest)
    finally:
        # after `finish` a cancel does nothing, so that it is right on every way out
        writers.give_back(connection, handle.cancel if handle is not None else bool)
    return answers.written(done, insert.context)


async def _feed(connection: Connection, handle: Rows, first: bytes, rest: AsyncIterator[bytes]) -> Written:
    waiting = bytearray(first)

    async def append() -> None:
        block = bytes(waiting)
        waiting.clear()
        await asyncio.wrap_future(connection.submit(lambda: translated(lambda: handle.append(block))))

    async for chunk in rest:
        waiting += chunk
        if len(waiting) >= _APPEND_BYTES:
            await append()
    if waiting:
        await append()
    return await asyncio.wrap_future(connection.submit(lambda: connection.finish_insert(handle)))
