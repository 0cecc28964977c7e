"""ClickHouse: tokened inserts of Arrow batches over HTTP, and reading back what is there."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from threading import Lock
from typing import Any, TypeVar

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from contract.ledger import LEDGER_TABLE, REACH_COLUMNS, REACH_TABLE
from contract.row import EVENTS_TABLE
from runtime import log

from sink.events_to_block import Block, RowKey
from sink.ports import TableAwayError

T = TypeVar("T")
_log = log.get(__name__)
_SQL = files("sink") / "sql"
_HELD_ROWS = (_SQL / "held_rows.sql").read_text()
_ACCOUNTED = (_SQL / "accounted.sql").read_text()
_ANY_ROW = (_SQL / "any_row.sql").read_text()

_INSERT_SETTINGS = {
    "async_insert": "0",
    "max_insert_threads": "1",
    "insert_deduplicate": "1",
    "deduplicate_blocks_in_dependent_materialized_views": "1",
    "max_insert_block_size": "10000000",
    "min_insert_block_size_rows": "10000000",
    "min_insert_block_size_bytes": "1000000000",
}
"""Pinned with every insert, since servers' defaults differ: one insert is one block, at once, under its token."""

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"

_READ_BACK_SETTINGS = {"select_sequential_consistency": "1"}


class ClickHouseTable:
    """The table of events behind a synchronous client, called in threads; it may be away when that is first made."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._connecting = Lock()
        self._connected: Client | None = None

    async def insert(self, rows: pa.Table, token: str) -> None:
        """Insert once: a token that was seen before changes nothing. Raises TableAwayError."""
        await self._send(EVENTS_TABLE, rows, {"insert_deduplication_token": token, "query_id": token})

    async def account(self, ledger: pa.Table) -> None:
        """Write lines of the loss ledger, which replace their likes. Raises TableAwayError."""
        await self._send(LEDGER_TABLE, ledger, {})

    async def accounted(self, partition: int) -> Mapping[str, int]:
        """The last source offset that the loss ledger knows of, by incarnation. Raises TableAwayError."""
        return {str(life): int(last) for life, last in await self._ask(_ACCOUNTED, {"partition": partition})}

    async def held(self, block: Block) -> Mapping[RowKey, int]:
        """How often each row of the block is there, others of its range beside. Raises TableAwayError."""
        first_offset, last_offset = block.source_span()
        first_ms, last_ms = block.span_ms()
        asked = {
            "partition": block.partition,
            "first_offset": first_offset,
            "last_offset": last_offset,
            "first_ms": first_ms,
            "last_ms": last_ms,
        }
        rows = await self._ask(_HELD_ROWS, asked)
        return {(offset, place, event_id): copies for offset, place, event_id, copies in rows}

    async def has_rows(self) -> bool:
        """Whether any row came through the log. Raises TableAwayError."""
        return bool(await self._ask(_ANY_ROW, {}))

    async def check(self) -> None:
        """Return where ClickHouse answers; raises TableAwayError."""
        if not await _in_thread(lambda: self._client().ping()):
            raise TableAwayError("no answer")

    async def reach(self, reached_ms: Mapping[int, int], partitions: int) -> None:
        """Write how far storage has come, Unix milliseconds by partition. Raises TableAwayError."""
        columns = [
            pa.array(reached_ms, pa.uint16()),
            pa.repeat(pa.scalar(partitions, pa.uint16()), len(reached_ms)),
            pa.array(reached_ms.values(), pa.timestamp("ms", "UTC")),
        ]
        await self._send(REACH_TABLE, pa.table(columns, list(REACH_COLUMNS)), {})

    async def _send(self, table: str, rows: pa.Table, settings: Mapping[str, str]) -> None:
        body = _arrow_stream(rows)
        # the client would send bytes a second time on a dropped connection, unseen; parts it does not
        length = {"Content-Length": str(sum(part.nbytes for part in body))}
        pinned = {**_INSERT_SETTINGS, **settings}

        def send() -> None:
            self._client().raw_insert(table, rows.column_names, body, pinned, "ArrowStream", transport_settings=length)  # type: ignore[arg-type]

        await _in_thread(send)

    def _client(self) -> Client:
        with self._connecting:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    async def _ask(self, sql: str, asked: dict[str, Any]) -> Sequence[Sequence[Any]]:
        def query() -> Sequence[Sequence[Any]]:
            return self._client().query(sql, parameters=asked, settings=_READ_BACK_SETTINGS).result_rows

        return await _in_thread(query)


async def _in_thread(call: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(call)
    except (ClickHouseError, OSError) as error:
        code = getattr(error, "code", None)
        _log.warning("clickhouse_refused", error=type(error).__name__, code=code)
        # no cause: the server's text may quote what a visitor sent
        raise TableAwayError(f"code {code}") from None


def _arrow_stream(rows: pa.Table) -> list[memoryview]:
    """The parts of the stream, batch by batch: one buffer for all would be fresh memory with each block."""
    parts = [rows.schema.serialize(), *(batch.serialize() for batch in rows.to_batches()), _END_OF_STREAM]
    return [memoryview(part) for part in parts]
