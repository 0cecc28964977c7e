"""What the enricher knows of one partition: how far it is, what collectors sent last, and the live sessions."""

from contract.envelope import EventEnvelope, Section

from enricher.live_sessions import LiveSessions

MOST_COLLECTORS = 128
"""Epochs of collectors that are remembered, the latest ones: each start of a collector makes one."""


class PartitionState:
    """As of the last section of `events[p]`; rebuilt from its tail, then changed by each section that is written."""

    def __init__(self, incarnation: bytes) -> None:
        self.incarnation = incarnation
        self.mark: int | None = None
        """Source offset of the last section under `incarnation`; None before the first."""
        self.collector_marks: dict[bytes, int] = {}
        """Collector epoch to its last sequence, the longest silent first."""
        self.sessions = LiveSessions()
        self.sections_written = self.events_written = 0
        self._restored: dict[bytes, int] = {}
        """Incarnation to its last source offset in the tail."""

    def wrote(self, section: Section) -> None:
        """Count a section as written: the next source offset follows it."""
        self.mark = section.source_offset
        self.sections_written += 1
        self.events_written += len(section.events)

    def is_repeat(self, epoch: bytes, sequence: int) -> bool:
        """Whether a collector's envelope is in `events` already."""
        return sequence <= self.collector_marks.get(epoch, 0)

    def note(self, epoch: bytes, sequence: int) -> None:
        """Remember a collector's envelope; of too many collectors the longest silent is forgotten."""
        self.collector_marks.pop(epoch, None)
        self.collector_marks[epoch] = sequence
        if len(self.collector_marks) > MOST_COLLECTORS:
            del self.collector_marks[next(iter(self.collector_marks))]

    def restore(self, record_ms: int, envelope: EventEnvelope) -> None:
        """Take in one record of the tail, in order; what a second owner wrote again is passed over.

        A step of more than one offset is no loss here: the tail may begin within a second owner's copy. Whoever
        reads all of `events` refuses a gap. Where `beacons` was made anew, offsets start over; sessions are still
        people's, and collectors still count on.
        """
        self.sessions.move_to(record_ms)
        for section in envelope.sections:
            if section.source_offset <= self._restored.get(envelope.incarnation, -1):
                continue
            for event in section.events:
                self.sessions.restore(event)
            self._restored[envelope.incarnation] = section.source_offset
            self.collector_marks = dict(envelope.marks)
        self.mark = self._restored.get(self.incarnation)
