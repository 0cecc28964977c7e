"""ClickHouse: a statement in, rows out; what went wrong is told apart without repeating what was asked."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError, Error
from runtime import log
from runtime.lifecycle import forever

from query_api.problems import BadPatternError, UnavailableError
from query_api.question_to_sql import Statement
from query_api.steps.fragments import sql

Rows = list[list[Any]]

_CANNOT_COMPILE_REGEXP = 427
_TOO_SLOW = {159, 160, 209}
_TOO_LARGE = {158, 241, 307, 396}
_AWAY = "The event store does not answer just now; try again"
_decode = msgspec.json.Decoder(Rows).decode
_log = log.get(__name__)


class ClickHouse:
    """Runs statements; connects when the first comes, and anew where that failed, so it may be away at start."""

    def __init__(self, connect: Callable[[], Awaitable[AsyncClient]]) -> None:
        self._connect = connect
        self._client: AsyncClient | None = None

    async def rows(self, statement: Statement) -> Rows:
        """The statement's rows. Raises UnavailableError, or BadPatternError for a regular expression that is none."""
        try:
            if self._client is None:
                self._client = await self._connect()
            answer = await self._client.raw_query(
                statement.sql, parameters=dict(statement.parameters), fmt="JSONCompactEachRow"
            )
        except ClickHouseError as error:
            raise _told(error) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise UnavailableError(_AWAY) from error
        return _decode(b"[" + b",".join(answer.splitlines()) + b"]")

    async def alive(self) -> None:
        """Return where the engine answers. Raises UnavailableError."""
        await self.rows(Statement(sql("alive"), {}))

    async def start(self) -> None:
        """Nothing: questions connect."""

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def failed(self) -> None:
        """Never: each question tells by itself."""
        await forever()


def _told(error: ClickHouseError) -> Exception:
    code = error.code if isinstance(error, Error) else None
    if code == _CANNOT_COMPILE_REGEXP:
        return BadPatternError()
    if code in _TOO_SLOW:
        return UnavailableError("The question takes too long; ask for a shorter range or fewer dimensions")
    if code in _TOO_LARGE:
        return UnavailableError("The question is too large; ask for a shorter range or fewer dimensions")
    # the engine's own message repeats the statement's values, so the log has only its number
    _log.error("statement_failed", code=code)
    return UnavailableError(_AWAY)
