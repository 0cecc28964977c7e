"""What an audit has seen: clear parts of envelopes, sections, rows and lines of the ledger, as counts."""

from collections import Counter

import msgspec
from contract.envelope import BeaconEnvelopeHead, EventEnvelope, Section
from contract.ledger import ACCEPTED
from contract.outcomes import MINUTE_MS
from contract.progress import StoredMark

_MINUTE_S = MINUTE_MS // 1_000
Place = tuple[int, int]
"""Partition and offset in `beacons`."""

SiteMinute = tuple[int, int]
"""Site and whole Unix minute of receipt."""

RowGroup = tuple[int, int, int, int]
"""Partition, source offset, site, minute."""

Line = tuple[int, int, str]
"""Site, minute, reason."""


class Scope(msgspec.Struct, frozen=True):
    """What is audited: whole Unix minutes of receipt, and one site or all."""

    first_minute: int
    end_minute: int
    site_id: int | None = None

    def holds(self, site_id: int, minute: int) -> bool:
        """Whether beacons of that site and minute are meant."""
        return self.site_id in (None, site_id) and self.first_minute <= minute < self.end_minute


class Evidence:
    """Gathers what is seen; everything outside the scope is left out."""

    def __init__(self, scope: Scope, incarnation: str) -> None:
        self.scope = scope
        self.incarnation = incarnation
        """Hex of the present topic id of `beacons`."""
        self.envelopes: dict[Place, BeaconEnvelopeHead | None] = {}
        """None where this version cannot read the clear part."""
        self.sections: dict[Place, Counter[SiteMinute]] = {}
        """Of the present incarnation: all that a section accounts for, whatever became of it."""
        self.last_section: dict[int, int] = {}
        self.stored: dict[int, StoredMark] = {}
        self.accepted: Counter[RowGroup] = Counter()
        self.told: Counter[Line] = Counter()
        self.rows: Counter[RowGroup] = Counter()
        self.ledger: Counter[Line] = Counter()
        self._seen: set[tuple[str, int, int]] = set()

    def see_envelope(self, place: Place, head: BeaconEnvelopeHead | None, timestamp_ms: int) -> None:
        """One record of `beacons`; one whose clear part counts nothing is known by its time."""
        minutes = [(tally.site_id, tally.minute) for tally in head.held] if head else []
        if any(self.scope.holds(*found) for found in minutes) or (
            not minutes and self.scope.first_minute <= timestamp_ms // MINUTE_MS < self.scope.end_minute
        ):
            self.envelopes[place] = head

    def see_events(self, partition: int, envelope: EventEnvelope) -> None:
        """One record of `events`; a section that a second owner wrote again is passed over."""
        incarnation = envelope.incarnation.hex()
        for section in envelope.sections:
            key = incarnation, partition, section.source_offset
            if key not in self._seen:
                self._seen.add(key)
                self._see_section(partition, section, present=incarnation == self.incarnation)

    def _see_section(self, partition: int, section: Section, *, present: bool) -> None:
        events = Counter((event.site_id, event.received // _MINUTE_S) for event in section.events)
        counted: Counter[Line] = Counter({(*found, ACCEPTED): count for found, count in events.items()})
        for tally in (*section.dropped, *section.dead):
            counted[tally.site_id, tally.minute, tally.reason] += tally.count
        for (site_id, minute, reason), count in counted.items():
            if self.scope.holds(site_id, minute):
                self.told[site_id, minute, reason] += count
                if reason == ACCEPTED:
                    self.accepted[partition, section.source_offset, site_id, minute] += count
        if present:
            whole = self.sections.setdefault((partition, section.source_offset), Counter())
            for (site_id, minute, _), count in counted.items():
                whole[site_id, minute] += count
            self.last_section[partition] = max(self.last_section.get(partition, -1), section.source_offset)
