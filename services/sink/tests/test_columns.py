"""Columns of a block: the contract's, with every value as it was."""

import pyarrow as pa
import pytest
from contract.event import Event
from contract.row import EVENT_COLUMNS, ROW_COLUMNS
from msgspec.structs import astuple
from sink.steps.columns import SCHEMA, record_batch

from services.sink.tests.made import NOON_MS, event, section


def test_the_columns_are_the_contracts_in_its_order():
    assert list(ROW_COLUMNS) == SCHEMA.names == record_batch([section(1)], 0).schema.names


def test_every_value_of_an_event_arrives():
    given = event(7, page="/ä/✓", props={"a": "1", "b": "2"}, is_bounce=True, visitor=2**64 - 1, scroll_depth=255)
    found = record_batch([section(3, 0), section_of(4, [given])], 1).to_pylist()[0]
    for name, value in zip(EVENT_COLUMNS, astuple(given), strict=True):
        assert plain(found[name]) == value, name


def test_a_row_tells_where_it_came_from():
    found = record_batch([section(3, 2), section(4, 1)], 9)
    assert found["source_offset"].to_pylist() == [3, 3, 4]
    assert found["source_place"].to_pylist() == [0, 1, 0]
    assert set(found["source_partition"].to_pylist()) == {9}
    assert set(found["imported"].to_pylist()) == {False}


def test_a_number_too_large_for_its_column_is_refused():
    with pytest.raises((pa.ArrowInvalid, OverflowError)):
        record_batch([section(1, 1, screen_width=70_000)], 0)


def section_of(source_offset: int, events: list[Event]):
    made = section(source_offset, 0)
    made.events = events
    return made


def plain(value: object) -> object:
    if hasattr(value, "timestamp"):
        return round(value.timestamp() * 1000)
    return dict(value) if isinstance(value, list) else value


def test_times_keep_their_milliseconds():
    found = record_batch([section(1, 1, timestamp=NOON_MS + 123)], 0)
    assert plain(found["timestamp"].to_pylist()[0]) == NOON_MS + 123
