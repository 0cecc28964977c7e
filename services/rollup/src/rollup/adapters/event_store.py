"""ClickHouse: the service's statements by name in, rows out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import aiohttp
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import Error
from runtime.lifecycle import forever

AWAY = (Error, aiohttp.ClientError, OSError, TimeoutError)
"""What a tick may meet while ClickHouse is away or busy."""

Rows = Sequence[Sequence[Any]]
_NO_FRAGMENTS: Mapping[str, str] = {}


@cache
def sql(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (resources.files("rollup") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class EventStore:
    """A component. Connects when it is first asked, and anew where that failed, so ClickHouse may be away at start."""

    def __init__(self, connect: Callable[[], Awaitable[AsyncClient]]) -> None:
        self._connect = connect
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def rows(self, name: str, **parameters: Any) -> Rows:
        """The rows of a statement. Raises one of AWAY."""
        client = await self._connected()
        return (await client.query(sql(name), parameters=parameters)).result_rows

    async def command(self, name: str, fragments: Mapping[str, str] = _NO_FRAGMENTS, **parameters: Any) -> None:
        """Run a statement; `fragments` take the place of its `$names` and are never a value. Raises one of AWAY."""
        client = await self._connected()
        await client.command(Template(sql(name)).substitute(fragments), parameters=parameters)

    async def alive(self) -> None:
        """Return where ClickHouse answers. Raises one of AWAY."""
        await self.command("alive")

    async def start(self) -> None:
        """Nothing: the first tick connects."""

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def failed(self) -> None:
        """Never: ClickHouse may be away."""
        await forever()

    async def _connected(self) -> AsyncClient:
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
        return self._client
