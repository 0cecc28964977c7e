"""Records of one visitor after the other in, their events with sessions out; pure but for the key that it is given.

What is stored already teaches which hash a label had and which id a session, since the key of an earlier import is
gone: so an import that was cut short is gone on with, and nobody is counted twice.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import msgspec
import siphashc
from contract.event import Event
from visits.sessions import Session, advance, event_of, is_live, start_session

from tideline.importing.line_to_hit import hit_of, inherited_of
from tideline.importing.reading import Record, line_of
from tideline.importing.stored_events import StoredEvents

_SESSION_KEY = b"session of event"


class Target(msgspec.Struct, frozen=True):
    """The site that events are imported into, and the key that labels are hashed with, thrown away afterwards."""

    site_id: int
    domain: str
    label_key: bytes
    """16 random bytes."""


def events_of(records: Iterator[Record], target: Target, stored: StoredEvents) -> Iterator[Event]:
    """Events by visitor and time; `records` come in that order. One visitor's events are held in memory."""
    for label, of_one in groupby(records, attrgetter("visitor")):
        yield from _events_of_visitor(list(of_one), label, target, stored)


def _events_of_visitor(records: list[Record], label: str, target: Target, stored: StoredEvents) -> list[Event]:
    known = [stored.find(record.event_id) for record in records]
    visitor = next((found.visitor for found in known if found), None)
    if visitor is None:
        visitor = int(siphashc.siphash(target.label_key, label))
    events: list[Event] = []
    session: Session | None = None
    sessions: dict[int, int] = {}
    for record, found in zip(records, known, strict=True):
        line = line_of(record)
        hit = hit_of(line, record.timestamp_ms, target.domain)
        if session is not None and is_live(session, hit):
            advance(session, hit)
        else:
            hit.inherited = inherited_of(line, hit.hostname)
            session = start_session(_session_id(record.event_id), visitor, hit)
        events.append(event_of(session, hit, target.site_id, record.event_id))
        if found:
            sessions[session.session_id] = found.session_id
    for event in events:
        event.session_id = sessions.get(event.session_id, event.session_id)
    return events


def _session_id(first_event_id: int) -> int:
    return int(siphashc.siphash(_SESSION_KEY, str(first_event_id)))
