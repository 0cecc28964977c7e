"""Which sections of an envelope are new: those above the mark, without a gap, within one life of `beacons`."""

import msgspec
from contract.envelope import EventEnvelope, Section

NOTHING_YET = -1
"""The mark before the first section: any source offset may come first."""


class GapError(Exception):
    """Sections are missing from the log, or an envelope of an earlier incarnation came after a later one's."""


class Mark(msgspec.Struct, frozen=True):
    """How far a partition of `beacons` has been taken in."""

    source_offset: int = NOTHING_YET
    """The last source offset whose section was taken."""
    incarnation: str = ""
    """Hex of the topic id that the source offset counts in; offsets start over when it changes."""
    previous: str = ""
    """Hex of the incarnation before this one: what still comes from it has lost its place."""


def continues(mark: Mark, incarnation: bytes) -> bool:
    """True where sections of that incarnation count on from the mark."""
    return mark.incarnation in ("", incarnation.hex())


def take_new(envelope: EventEnvelope, mark: Mark) -> tuple[list[Section], Mark]:
    """The sections above the mark and the mark after them; those at or below it are repeats of the enricher's.

    Raises GapError where a source offset is missing between the mark and a section.
    """
    mark = _within(envelope.incarnation.hex(), mark)
    last, new = mark.source_offset, []
    for section in envelope.sections:
        if section.source_offset <= last:
            continue
        if last not in (NOTHING_YET, section.source_offset - 1):
            raise GapError(f"source offsets {last + 1} to {section.source_offset - 1} are missing")
        last = section.source_offset
        new.append(section)
    return new, msgspec.structs.replace(mark, source_offset=last)


def _within(incarnation: str, mark: Mark) -> Mark:
    if mark.incarnation == incarnation:
        return mark
    if mark.previous == incarnation:
        raise GapError("an envelope of the previous incarnation came after the present one's")
    return Mark(NOTHING_YET, incarnation, mark.incarnation)
