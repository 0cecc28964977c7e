"""Events, sections, envelopes and records for tests."""

import time
from collections.abc import Sequence
from typing import Any, get_type_hints

from contract.envelope import VERSION, EventEnvelope, Section, encode_events
from contract.event import Event
from sink.events_to_block import Block, BlockBuilder, Place, Record

INCARNATION = b"one-life-of-it-1"
LATER_INCARNATION = b"one-life-of-it-2"
TOPIC = "events"
NOON_MS = 1_790_000_000_000
NOW_MS = int(time.time()) * 1_000
"""For real engines, where rows lapse with age."""
_EMPTY: dict[type, Any] = {int: 0, str: "", bool: False}
_BLANK = {name: _EMPTY.get(hint, {}) for name, hint in get_type_hints(Event).items()}


def event(event_id: int, **given: Any) -> Event:
    """An event with every field empty but those given; the props are its own."""
    happened = {"event_id": event_id, "site_id": 1, "timestamp": NOON_MS, "received": NOON_MS // 1000}
    return Event(**{**_BLANK, "props": {}, "name": "pageview", **happened, **given})


def section(source_offset: int, events: int = 2, **given: Any) -> Section:
    """A section whose events' ids tell their place."""
    made = [event(source_offset * 1_000 + place, **given) for place in range(events)]
    return Section(source_offset, made, received_ms=NOON_MS)


def record(offset: int, sections: Sequence[Section], incarnation: bytes = INCARNATION) -> Record:
    """A record of `events`."""
    return Record(offset, encode_events(EventEnvelope(VERSION, incarnation, list(sections), {})))


def block_of(records: Sequence[Record], before: Place | None = None, partition: int = 0) -> Block:
    """The block of all those records."""
    builder = BlockBuilder(TOPIC, partition, before or Place(records[0].offset))
    for each in records:
        assert builder.add(each)
    return builder.finish()
