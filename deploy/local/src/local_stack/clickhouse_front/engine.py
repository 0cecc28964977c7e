"""The engine as a component: the folder's lock, a pool of connections for reading and one for inserting."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from runtime.lifecycle import forever

from local_stack.clickhouse_front.connection import Connection
from local_stack.clickhouse_front.failures import TOO_MANY_QUERIES, EngineError
from local_stack.clickhouse_front.folder import FolderLock

T = TypeVar("T")


class Pool:
    """Idle connections, the last used first; a bounded number of requests waits for one."""

    def __init__(self, connections: list[Connection], most_waiting: int) -> None:
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self.connections = connections
        self._most_waiting = most_waiting
        self._waiting = 0
        for connection in connections:
            self._idle.put_nowait(connection)

    async def take(self) -> Connection:
        """A connection for the caller alone, until `give_back`. Raises EngineError (202) when too many wait."""
        if self._waiting >= self._most_waiting:
            raise EngineError("Too many queries wait for a connection", TOO_MANY_QUERIES)
        self._waiting += 1
        try:
            return await self._idle.get()
        finally:
            self._waiting -= 1

    def give_back(self, connection: Connection, last: Callable[[], object] = bool) -> None:
        """Idle again once all that the connection was given is done, and then `last`."""
        loop = asyncio.get_running_loop()
        connection.submit(last).add_done_callback(
            lambda _: loop.call_soon_threadsafe(self._idle.put_nowait, connection)
        )


class Engine:
    """Starts chDB on its folder and stops it; `readers` and `writers` are the pools."""

    def __init__(self, lock: FolderLock, readers: Pool, writers: Pool, database: str) -> None:
        self._lock = lock
        self.readers = readers
        self.writers = writers
        self._database = database

    async def start(self) -> None:
        """Take the folder and open every connection. Raises FolderInUseError or EngineError."""
        self._lock.take()
        for connection in self._connections():
            await asyncio.wrap_future(connection.submit(connection.open))
        if self._database:
            first = self._connections()[0]
            await asyncio.wrap_future(first.submit(lambda: first.create_database(self._database)))

    async def stop(self) -> None:
        """Close the connections, each after its last call, and give the folder up."""
        closing = [asyncio.wrap_future(c.submit(c.close)) for c in self._connections()]
        await asyncio.gather(*closing, return_exceptions=True)
        self._lock.release()

    async def failed(self) -> None:
        """Never: the engine fails by statement, or with the process."""
        await forever()

    def _connections(self) -> list[Connection]:
        return [*self.readers.connections, *self.writers.connections]


def address(path: Path, memory_mb: int) -> str:
    """The connection text for chDB: the folder, a memory cap, small caches and few threads in the background."""
    limits = {
        "max_server_memory_usage": memory_mb * 1024 * 1024,
        "mark_cache_size": 128 * 1024 * 1024,
        "primary_index_cache_size": 64 * 1024 * 1024,
        "query_condition_cache_size": 16 * 1024 * 1024,
        "compiled_expression_cache_size": 32 * 1024 * 1024,
        "max_thread_pool_size": 200,
        "max_thread_pool_free_size": 8,
        "background_pool_size": 2,
    }
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in limits.items())
