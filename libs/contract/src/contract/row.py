"""A row: an event as ClickHouse stores it, with where it came from."""

from contract.column_types import Flag, UInt16, UInt32, UInt64, columns_of
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


EVENT_COLUMNS = columns_of(Event)
"""Column name to ClickHouse type, in the order of the struct's fields."""

ORIGIN_COLUMNS = columns_of(Origin)

ROW_COLUMNS = EVENT_COLUMNS | ORIGIN_COLUMNS
"""Every column that is inserted, in order."""
