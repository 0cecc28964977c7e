"""Evidence in, what does not add up out.

An envelope without a section, a section that says less than its envelope held, rows that are missing or that nothing
tells of, lines of the ledger that the log gainsays.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from contract.envelope import BeaconEnvelopeHead

from tideline.auditing.evidence import Evidence, Place, RowGroup, SiteMinute

NO_SECTION = "envelope without a section"
NOT_ENRICHED = "not enriched yet"
OTHER_COUNT = "section accounts for another number than its envelope held"
NO_ORIGINAL = "passed over as a repeat of an envelope that is not in the log"
ROWS_MISSING = "rows missing"
NOT_STORED = "not stored yet"
ROWS_EXTRA = "rows that no section tells of"
LEDGER_OTHER = "loss ledger says another number than the sections"
ON_THE_WAY = {NOT_ENRICHED, NOT_STORED}


class Finding(msgspec.Struct, frozen=True):
    """Beacons that are not accounted for; -1 stands for what it does not concern."""

    kind: str
    partition: int = -1
    first_offset: int = -1
    last_offset: int = -1
    site_id: int = -1
    minute: int = -1
    expected: int = 0
    found: int = 0


def findings(evidence: Evidence) -> list[Finding]:
    """Everything that does not add up, neighbouring offsets as one."""
    found = [*_of_envelopes(evidence), *_of_rows(evidence), *_of_ledger(evidence)]
    return list(_joined(sorted(found, key=msgspec.structs.astuple)))


def _of_envelopes(evidence: Evidence) -> Iterator[Finding]:
    first_of: dict[tuple[int, bytes, int], int] = {}
    for (partition, offset), head in sorted(evidence.envelopes.items(), key=lambda item: item[0]):
        counted = evidence.sections.get((partition, offset))
        if counted is None:
            enriched = offset <= evidence.last_section.get(partition, -1)
            yield Finding(NO_SECTION if enriched else NOT_ENRICHED, partition, offset, offset, expected=_size(head))
        elif head is not None and head.held:
            number = partition, head.epoch, head.sequence
            original = first_of.setdefault(number, offset)
            yield from _of_envelope((partition, offset), head, counted, is_repeat=original < offset)


def _of_envelope(
    place: Place, head: BeaconEnvelopeHead, counted: Counter[SiteMinute], *, is_repeat: bool
) -> Iterator[Finding]:
    """A repeat has an empty section; any other accounts for just what was held, beside what its collector dropped."""
    if not counted:
        if not is_repeat:
            yield Finding(NO_ORIGINAL, place[0], place[1], place[1], expected=_size(head))
        return
    told = Counter(counted)
    for tally in head.dropped:
        told[tally.site_id, tally.minute] -= tally.count
    held = Counter({(tally.site_id, tally.minute): tally.count for tally in head.held})
    for site_id, minute in sorted(held.keys() | told.keys()):
        expected, found = held[site_id, minute], told[site_id, minute]
        if expected != found:
            yield Finding(OTHER_COUNT, place[0], place[1], place[1], site_id, minute, expected, found)


def _of_rows(evidence: Evidence) -> Iterator[Finding]:
    for group in evidence.accepted.keys() | evidence.rows.keys():
        expected, found = evidence.accepted[group], evidence.rows[group]
        if expected != found:
            partition, offset, site_id, minute = group
            yield Finding(_kind_of_rows(evidence, group), partition, offset, offset, site_id, minute, expected, found)


def _kind_of_rows(evidence: Evidence, group: RowGroup) -> str:
    partition, offset, *_ = group
    if evidence.rows[group] > evidence.accepted[group]:
        return ROWS_EXTRA
    mark = evidence.stored.get(partition)
    there = mark is not None and mark.incarnation == evidence.incarnation and offset > mark.source_offset
    return NOT_STORED if there else ROWS_MISSING


def _of_ledger(evidence: Evidence) -> Iterator[Finding]:
    """Only once all is stored, since the ledger's lines of what is on its way may be there or not."""
    for site_id, minute, reason in evidence.told.keys() | evidence.ledger.keys():
        expected, found = evidence.told[site_id, minute, reason], evidence.ledger[site_id, minute, reason]
        if expected != found and not _is_on_its_way(evidence):
            yield Finding(LEDGER_OTHER, site_id=site_id, minute=minute, expected=expected, found=found)


def _is_on_its_way(evidence: Evidence) -> bool:
    return any(
        partition not in evidence.stored or evidence.stored[partition].source_offset < last
        for partition, last in evidence.last_section.items()
    )


def _joined(found: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of one kind at neighbouring offsets, of the same site and minute, as one."""
    open_: Finding | None = None
    for each in found:
        if open_ is not None and _continues(open_, each):
            open_ = msgspec.structs.replace(
                open_,
                last_offset=each.last_offset,
                expected=open_.expected + each.expected,
                found=open_.found + each.found,
            )
            continue
        if open_ is not None:
            yield open_
        open_ = each
    if open_ is not None:
        yield open_


def _continues(before: Finding, each: Finding) -> bool:
    return (
        each.first_offset == before.last_offset + 1
        and each.first_offset > 0
        and (each.kind, each.partition, each.site_id, each.minute)
        == (before.kind, before.partition, before.site_id, before.minute)
    )


def _size(head: BeaconEnvelopeHead | None) -> int:
    return sum(tally.count for tally in head.held) if head else 0
