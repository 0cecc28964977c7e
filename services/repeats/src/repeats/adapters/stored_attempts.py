"""ClickHouse: attempts in, those that an event came of out."""

import asyncio
from collections.abc import Collection
from importlib.resources import files
from itertools import islice

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from repeats.ports import AwayError

_SQL = (files("repeats") / "sql" / "stored_attempts.sql").read_text()
_SETTINGS = {"select_sequential_consistency": "1"}
_ATTEMPTS_A_QUESTION = 200
"""They travel in the address of a request."""


class StoredAttempts:
    """The table of events behind a synchronous client, called in threads."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def stored(self, attempts: Collection[int], since_ms: int) -> set[int]:
        """Those of them that an event of that time or later came of. Raises AwayError."""
        left, found = iter(sorted(attempts)), set[int]()
        while asked := list(islice(left, _ATTEMPTS_A_QUESTION)):
            found |= await asyncio.to_thread(self._ask, asked, since_ms)
        return found

    async def check(self) -> None:
        """Return where ClickHouse answers; raises AwayError."""
        if not await asyncio.to_thread(self._client.ping):
            raise AwayError("clickhouse")

    def _ask(self, attempts: list[int], since_ms: int) -> set[int]:
        asked = {"attempts": attempts, "since_ms": since_ms}
        try:
            return {row[0] for row in self._client.query(_SQL, parameters=asked, settings=_SETTINGS).result_rows}
        except (ClickHouseError, OSError) as error:
            raise AwayError(f"clickhouse: {type(error).__name__}") from None
