"""The routes: `/ping`, `/` for everything else that ClickHouse's HTTP interface takes."""

import base64
import binascii
import hmac
import uuid
from collections.abc import AsyncIterator, Mapping

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local_stack.clickhouse_front import answers
from local_stack.clickhouse_front.compression import Decoder, choose
from local_stack.clickhouse_front.connection import Written
from local_stack.clickhouse_front.engine import Engine
from local_stack.clickhouse_front.failures import (
    AUTHENTICATION_FAILED,
    CANNOT_DECOMPRESS,
    TOO_LARGE,
    EngineError,
)
from local_stack.clickhouse_front.inserting import insert_rows
from local_stack.clickhouse_front.request_to_statement import (
    Context,
    read_context,
    split_insert,
    to_statement,
)
from local_stack.clickhouse_front.running import Running, killed_id

_MOST_STATEMENT_BYTES = 16 * 1024 * 1024
_MOST_INSERT_HEAD_BYTES = 256 * 1024


def application(engine: Engine, user: str, password: str) -> Starlette:
    """An ASGI application that asks the engine, for requests that know user and password."""
    running = Running()

    async def ask(request: Request) -> Response:
        context = read_context({}, {}, str(uuid.uuid4()))
        try:
            parameters, body = await _read(request)
            context = read_context(parameters, request.headers, context.query_id)
            _authenticate(parameters, request.headers, user, password)
            coding = choose(request.headers.get("accept-encoding", ""))
            if parameters.get("enable_http_compression") != "1":
                coding = ""
            with running.under(context.query_id):
                return await _answer(engine, running, context, parameters.get("query", ""), body, coding)
        except EngineError as error:
            return answers.failure(error, context)
        except ClientDisconnect:
            return Response(status_code=499)

    async def ping(_: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    return Starlette(
        routes=[Route("/ping", ping), Route("/", ask, methods=["GET", "POST"])],
    )


async def _read(request: Request) -> tuple[dict[str, str], AsyncIterator[bytes]]:
    """The parameters (a form's fields among them) and the decoded body."""
    parameters = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await request.form()
        if any(not isinstance(value, str) for value in form.values()):
            raise EngineError("External tables are not served", 48)
        parameters |= {name: str(value) for name, value in form.items()}
        return parameters, _nothing()
    return parameters, _plain(request)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _plain(request: Request) -> AsyncIterator[bytes]:
    decoder = Decoder(request.headers.get("content-encoding", ""))
    async for chunk in request.stream():
        if plain := decoder.feed(chunk):
            yield plain
    decoder.finish()


async def _answer(
    engine: Engine, running: Running, context: Context, query: str, body: AsyncIterator[bytes], coding: str
) -> Response:
    """Read as much of the body as tells what it is, then ask."""
    text = bytearray()
    prefix = query.encode() + b"\n" if query else b""
    async for chunk in body:
        text += chunk
        if (found := split_insert(prefix + text[:_MOST_INSERT_HEAD_BYTES], context)) is not None:
            insert, data = found
            return await insert_rows(engine.writers, insert, data + text[_MOST_INSERT_HEAD_BYTES:], body)
        if len(text) > _MOST_STATEMENT_BYTES:
            raise EngineError("The statement is too long", TOO_LARGE)
    if (found := split_insert(prefix + text, context)) is not None:
        return await insert_rows(engine.writers, *found, body)
    try:
        statement = to_statement((prefix + text).decode(), context)
    except UnicodeDecodeError as error:
        raise EngineError("The statement is not UTF-8", CANNOT_DECOMPRESS) from error
    if (killed := killed_id(statement.text)) is not None:
        await running.ended(killed)
        return answers.written(Written(), context)
    if statement.streamed:
        return await answers.streamed(engine.readers, statement, coding)
    return await answers.whole(engine.readers, statement, coding)


def _authenticate(parameters: Mapping[str, str], headers: Mapping[str, str], user: str, password: str) -> None:
    """Basic authentication, ClickHouse's own headers, or the URL. Raises EngineError (516)."""
    given = (
        headers.get("x-clickhouse-user") or parameters.get("user") or "default",
        headers.get("x-clickhouse-key") or parameters.get("password") or "",
    )
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, key = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, key = "", ""
        given = name, key
    known = hmac.compare_digest(given[0].encode(), user.encode())
    if not hmac.compare_digest(given[1].encode(), password.encode()) or not known:
        raise EngineError(
            "Authentication failed: password is incorrect, or there is no user with such name.",
            AUTHENTICATION_FAILED,
        )
