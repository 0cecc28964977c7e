"""Keys and sites from Postgres, a few seconds old at most; the last ones known stand while Postgres is away."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from runtime import log
from runtime.lifecycle import forever

from query_api.directory import Directory, Site
from query_api.metrics import DIRECTORY_READS_FAILED
from query_api.problems import UnavailableError
from query_api.steps.fragments import sql

_FRESH_S = 3.0
_BETWEEN_MISSES_S = 0.25
"""Whoever asks with a key or for a site that is not known looks again at once, but not more often than this."""
_log = log.get(__name__)

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


class PostgresDirectory:
    """Reads the directory when it is asked for and too old."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._directory: Directory | None = None
        self._tried_at = self._missed_at = float("-inf")
        self._reading = asyncio.Lock()

    async def directory(self, *, missed: bool = False) -> Directory:
        """Keys and sites; `missed` asks for newer ones. Raises UnavailableError where there never were any."""
        async with self._reading:
            now = self._clock()
            if missed and now - self._missed_at > _BETWEEN_MISSES_S:
                self._missed_at = now
                await self._read()
            elif self._directory is None or now - self._tried_at > _FRESH_S:
                await self._read()
        if self._directory is None:
            raise UnavailableError("The directory of sites and keys does not answer just now; try again")
        return self._directory

    async def _read(self) -> None:
        try:
            async with self._pool.connection() as connection:
                keys = await (await connection.execute(sql("stats_keys"))).fetchall()
                sites = await (await connection.execute(sql("sites"))).fetchall()
            self._directory = Directory(dict(keys), tuple(Site(*site) for site in sites))
        except (psycopg.Error, PoolTimeout, OSError) as error:
            DIRECTORY_READS_FAILED.inc()
            _log.warning("directory_not_read", error=type(error).__name__)
        self._tried_at = self._clock()

    async def alive(self) -> None:
        """Return where keys and sites are known, be they old. Raises UnavailableError."""
        await self.directory()

    async def start(self) -> None:
        """Open the pool; connections come when they can."""
        await self._pool.open(wait=False)

    async def stop(self) -> None:
        """Close the pool."""
        await self._pool.close(timeout=2)

    async def failed(self) -> None:
        """Never: known keys go on without Postgres."""
        await forever()
