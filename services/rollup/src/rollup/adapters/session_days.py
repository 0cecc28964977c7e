"""Days of sessions in ClickHouse: a build table of its own for each rebuild, swapped in as one partition."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import aiohttp
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import Error
from runtime.lifecycle import forever

from rollup.days_to_rebuild import partition_of

AWAY = (Error, aiohttp.ClientError, OSError, TimeoutError)
"""What a tick may meet while ClickHouse is away or busy."""


@cache
def _sql(name: str) -> str:
    return (resources.files("rollup") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class SessionDays:
    """Connects when it is first asked, and anew where that failed, so ClickHouse may be away at start."""

    def __init__(self, connect: Callable[[], Awaitable[AsyncClient]]) -> None:
        self._connect = connect
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def stale(self) -> list[date]:
        """The UTC days whose sessions were not built from the events that stand. Raises one of AWAY."""
        return [row[0] for row in await self._rows("stale_days")]

    async def rebuild(self, day: date) -> None:
        """Make a day's sessions anew and swap them in, whole or not at all. Raises one of AWAY."""
        build = f"sessions_build_{int(time.time())}_{secrets.token_hex(8)}"
        await self._command("build_create", build=build)
        try:
            await self._command("build_fill", build=build, day=day)
            # the engine swaps in no partition that is empty
            filled = (await self._rows("build_rows", build=build))[0][0]
            await self._command("build_swap" if filled else "day_drop", build=build, partition=partition_of(day))
        finally:
            await self._command("build_drop", build=build)

    async def clear_leftovers(self) -> None:
        """Drop build tables of builders that died over an hour ago. Raises one of AWAY."""
        for (build,) in await self._rows("leftovers"):
            await self._command("build_drop", build=build)

    async def alive(self) -> None:
        """Return where ClickHouse answers. Raises one of AWAY."""
        await self._command("alive")

    async def start(self) -> None:
        """Nothing: the first tick connects."""

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def failed(self) -> None:
        """Never: ClickHouse may be away."""
        await forever()

    async def _rows(self, name: str, **parameters: Any) -> Sequence[Sequence[Any]]:
        client = await self._connected()
        return (await client.query(_sql(name), parameters=parameters)).result_rows

    async def _command(self, name: str, **parameters: Any) -> None:
        client = await self._connected()
        text = _sql(name).replace("$build", parameters.get("build", ""))
        await client.command(text, parameters=parameters)

    async def _connected(self) -> AsyncClient:
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
        return self._client
