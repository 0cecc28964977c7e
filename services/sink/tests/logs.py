"""Logs of `events` for tests on real engines, and the rows that they must become."""

from collections import Counter

from sink.events_to_block import Record

from services.sink.tests.made import NOW_MS, record, section

DAY_MS = 24 * 3_600 * 1_000
RECORDS = 40


def log_of(partition: int, records: int = RECORDS, received_ms: int = NOW_MS) -> list[Record]:
    """Sections of 0 to 6 events, some late by days, each third record repeating the section before it."""
    made, source = [], partition * 1_000
    for offset in range(records):
        received = {"received": received_ms // 1_000, "timestamp": received_ms}
        late = {**received, "timestamp": received_ms - (40 * DAY_MS if offset % 5 == 4 else 0)}
        again = [section(source - 1, 3, **received)] if offset % 3 == 2 else []
        made.append(record(offset, [*again, section(source, source % 7, **received), section(source + 1, 3, **late)]))
        source += 2
    return made


def rows_of(partition: int, records: int = RECORDS) -> Counter[tuple[int, int, int, int]]:
    first = partition * 1_000
    sizes = {source: 3 if (source - first) % 2 else source % 7 for source in range(first, first + 2 * records)}
    return Counter(
        (partition, source, n, source * 1_000 + n) for source, events in sizes.items() for n in range(events)
    )
