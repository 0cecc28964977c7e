"""A row: an event as ClickHouse stores it, with where it came from."""

from typing import get_type_hints

from contract.column_types import Flag, UInt16, UInt32, UInt64
from contract.event import Event

EVENTS_TABLE = "events"


class Origin:
    """The columns that a row has beyond its event's. Kafka's coordinates serve verifying and vanish after 7 days."""

    imported: Flag
    source_partition: UInt16
    source_offset: UInt64
    """Offset of the event's section in `beacons`."""
    source_place: UInt32
    """Place of the event within its section, from 0."""


def _clickhouse_types(shape: type) -> dict[str, str]:
    hints = get_type_hints(shape, include_extras=True)
    return {name: hint.__metadata__[0].extra["clickhouse"] for name, hint in hints.items()}


EVENT_COLUMNS = _clickhouse_types(Event)
"""Column name to ClickHouse type, in the order of the struct's fields."""

ORIGIN_COLUMNS = _clickhouse_types(Origin)

ROW_COLUMNS = EVENT_COLUMNS | ORIGIN_COLUMNS
"""Every column that is inserted, in order."""
