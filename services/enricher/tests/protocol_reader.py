"""A reader of `events` as the next hop reads them, and a plain oracle that knows nothing of marks and fills.

The reader passes over sections at or below its mark and refuses a gap. The oracle looks at each section that the
reader took, beside the record of `beacons` that it speaks of.
"""

from contract.envelope import Section, decode_events
from contract.event import Event
from contract.limits import SESSION_TIMEOUT_MS
from contract.outcomes import DeadReason

from services.enricher.tests.stepped_log import Broker


class Sent:
    """What a collector sent, found again by the record's value."""

    def __init__(self) -> None:
        self.by_value: dict[bytes, tuple[tuple[bytes, int], list[str]]] = {}
        """A record's value to its envelope's number (epoch and sequence) and its pages."""


def sections_read(broker: Broker) -> list[tuple[bytes, Section]]:
    """Incarnation and section, each once; an AssertionError is a reader that stops on a gap."""
    marks: dict[bytes, int] = {}
    found = []
    for _, value in broker.events:
        envelope = decode_events(value)
        for section in envelope.sections:
            mark = marks.get(envelope.incarnation)
            if mark is not None and section.source_offset <= mark:
                continue
            assert mark is None or section.source_offset == mark + 1, "a gap"
            marks[envelope.incarnation] = section.source_offset
            found.append((envelope.incarnation, section))
    return found


def check(broker: Broker, sent: Sent, expired: set[tuple[bytes, int]]) -> set[tuple[bytes, int]]:
    """Raise AssertionError unless each section says what became of its record; the numbers counted so far."""
    counted: set[tuple[bytes, int]] = set()
    # an envelope that retention took may have come again behind one of a higher number, and is a repeat then
    may_be_repeats = {sent.by_value.get(broker.lives[life][offset].value, (None,))[0] for life, offset in expired}
    events: list[Event] = []
    for incarnation, section in sections_read(broker):
        place = (incarnation, section.source_offset)
        reasons = [tally.reason for tally in section.dead]
        pages = [event.page for event in section.events]
        if DeadReason.EXPIRED in reasons:
            assert place in expired, "written off while it was there"
            assert pages == []
            continue
        number, beacons = sent.by_value.get(broker.lives[incarnation][section.source_offset].value, (None, None))
        if number is None:
            assert reasons == [DeadReason.UNREADABLE]
            assert place in {(x.incarnation, x.source_offset) for x in broker.letters}, "a section before its letter"
        elif number in counted:
            assert pages == [], "counted twice"
        elif pages or number not in may_be_repeats:
            assert pages == beacons, "lost, or another envelope's"
            counted.add(number)
        events += section.events
    check_sessions(events)
    return counted


def check_sessions(events: list[Event]) -> None:
    """A visitor's events share a session until it is silent for 30 minutes, and count its places up.

    A visitor of whom something arrived late is left to the tests of sessions.
    """
    times: dict[int, list[int]] = {}
    for event in events:
        times.setdefault(event.visitor, []).append(event.timestamp)
    last: dict[int, Event] = {}
    for event in events:
        if times[event.visitor] != sorted(times[event.visitor]):
            continue
        before = last.get(event.visitor)
        goes_on = before is not None and event.timestamp - before.timestamp <= SESSION_TIMEOUT_MS
        assert (before is not None and before.session_id == event.session_id) == goes_on, "a session split or joined"
        assert event.session_seq == (before.session_seq + 1 if goes_on else 1), "a place in a session twice or left out"
        last[event.visitor] = event
