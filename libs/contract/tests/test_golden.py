"""The golden examples pin what travels: field names, their order, and the bytes."""

import json
from pathlib import Path

import msgspec
from contract.event import Event
from contract.row import EVENT_COLUMNS

GOLDEN = Path(__file__).parent.parent / "golden"


def test_the_golden_event_has_every_field_in_order(golden_event):
    assert list(golden_event) == [field.name for field in msgspec.structs.fields(Event)] == list(EVENT_COLUMNS)


def test_the_golden_event_has_the_pinned_bytes(an_event):
    pinned = json.loads((GOLDEN / "event.json").read_text())["msgpack_hex"]
    assert msgspec.msgpack.encode(an_event).hex() == pinned


def test_the_pinned_bytes_decode_to_the_golden_event(an_event):
    pinned = json.loads((GOLDEN / "event.json").read_text())["msgpack_hex"]
    assert msgspec.msgpack.decode(bytes.fromhex(pinned), type=Event) == an_event


def test_no_column_of_an_event_could_hold_a_person():
    assert not {"client_ip", "ip", "user_agent", "user_id", "url", "query"} & set(EVENT_COLUMNS)
