"""The table of events for an import: what it holds of a site's imports, and inserts under a token."""

from collections.abc import Sequence
from typing import Any

import msgspec
from clickhouse_connect.driver.client import Client
from contract.event import Event
from contract.row import EVENTS_TABLE, ORIGIN_COLUMNS

from tideline.importing.stored_events import StoredEvents
from tideline.sql_files import sql

_INSERT_SETTINGS = {
    "async_insert": "0",
    "insert_deduplicate": "1",
    "max_insert_threads": "1",
    "max_insert_block_size": "10000000",
    "min_insert_block_size_rows": "10000000",
    "min_insert_block_size_bytes": "1000000000",
}
"""One insert is one block, at once, under its token."""

_COLUMNS = (*Event.__struct_fields__, *ORIGIN_COLUMNS)
_IMPORTED = (True, 0, 0, 0)
"""`imported`, and coordinates of the log that an import has none of."""


class Held(msgspec.Struct, frozen=True):
    """How many events, and the exclusive or of their ids: two of these tell whether an insert is all there."""

    events: int
    event_ids_xor: int


class EventsTable:
    """One site's imports of a span of time, first and last millisecond included."""

    def __init__(self, client: Client, site_id: int, first_ms: int, last_ms: int) -> None:
        self._client = client
        self._asked = {"site": site_id, "first_ms": first_ms, "last_ms": last_ms}

    def stored(self) -> StoredEvents:
        """All imported events of the span. Raises ClickHouseError."""
        found = StoredEvents()
        with self._client.query_column_block_stream(sql("imported_events"), parameters=self._asked) as blocks:
            for event_ids, visitors, session_ids in blocks:
                found.add(event_ids, visitors, session_ids)
        return found

    def held(self) -> Held:
        """The sum of what is there now. Raises ClickHouseError."""
        rows = self._client.query(sql("imported_events_held"), parameters=self._asked).result_rows
        return Held(*map(int, rows[0]))

    def insert(self, events: list[Event], token: str) -> None:
        """Insert as one block; a token that was seen before changes nothing. Raises ClickHouseError."""
        columns: list[Sequence[Any]] = list(zip(*map(msgspec.structs.astuple, events), strict=True))
        columns += [[value] * len(events) for value in _IMPORTED]
        self._client.insert(
            EVENTS_TABLE,
            columns,
            _COLUMNS,
            column_oriented=True,
            settings={**_INSERT_SETTINGS, "insert_deduplication_token": token},
        )
