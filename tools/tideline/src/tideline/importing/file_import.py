"""A file of lines into a site: checked as a whole, then each line stored once, read back and verified.

Only what the table does not hold yet is inserted, so an import that was killed is gone on with by the same command.
Memory: 100,000 lines at a time, one visitor's lines, and 24 bytes for each event imported before in the file's span.
Temporary files take about twice the file's size in the folder of TMPDIR, and one open file for each 50,000 lines.
"""

from collections.abc import Callable
from contextlib import closing
from functools import reduce
from operator import xor
from pathlib import Path
from secrets import token_bytes
from time import sleep
from typing import Protocol

import msgspec
from clickhouse_connect.driver.exceptions import ClickHouseError
from contract.event import Event

from tideline.importing.events_table import Held
from tideline.importing.events_to_blocks import MonthFiles, token_of
from tideline.importing.reading import Reading, read_file
from tideline.importing.records_to_events import Target, events_of
from tideline.importing.stored_events import StoredEvents

_TRIES = 3
_PAUSE_S = 2.0
_LABEL_KEY_BYTES = 16


class UnverifiedError(Exception):
    """What was inserted is not what is there."""


class Progress(Protocol):
    """Is told how far each stage is."""

    def read(self, read_bytes: int) -> None:
        """So many bytes more of the file were read."""

    def stored(self, events: int, all_events: int) -> None:
        """So many more of all events are known to be in the table."""


class Table(Protocol):
    """Port to the table; `tideline.importing.events_table` is the one there is."""

    def stored(self) -> StoredEvents:
        """All imported events of the span."""

    def held(self) -> Held:
        """The sum of what is there now."""

    def insert(self, events: list[Event], token: str) -> None:
        """Insert as one block, once for a token."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of the file's lines."""

    lines: int
    inserted: int
    """The rest was there already."""


def import_file(
    file: Path,
    site_id: int,
    domain: str,
    until_ms: int,
    table_of: Callable[[int, int], Table],
    progress: Progress,
) -> Outcome:
    """Import; `table_of` gives the table for a span of milliseconds.

    Raises FileError, ClickHouseError, UnverifiedError.
    """
    with closing(read_file(file, site_id, until_ms, progress.read)) as reading:
        target = Target(site_id, domain, token_bytes(_LABEL_KEY_BYTES))
        inserted = _insert_and_verify(reading, target, table_of(reading.first_ms, reading.last_ms), progress)
        return Outcome(reading.lines, inserted)


def _insert_and_verify(reading: Reading, target: Target, table: Table, progress: Progress) -> int:
    """How many events were not there before; what an attempt leaves out, the next one finds missing."""
    there_before = None
    generation = 0
    for attempt in range(_TRIES):
        try:
            stored = table.stored()
            if there_before is None:
                there_before = len(stored)
            held = _insert_missing(reading, target, table, stored, generation, progress)
            if table.held() == held:
                return held.events - there_before
            # the server knows the token of a block that it no longer holds: erased since, or lost in a crash
            generation = attempt + 1
        except ClickHouseError:
            if attempt + 1 == _TRIES:
                raise
            sleep(_PAUSE_S)
    raise UnverifiedError("the table does not hold what was inserted; run the same command again")


def _insert_missing(
    reading: Reading, target: Target, table: Table, stored: StoredEvents, generation: int, progress: Progress
) -> Held:
    """Insert what is not stored; what the table must hold now."""
    inserted, ids_xor = 0, stored.event_ids_xor()
    with closing(MonthFiles()) as months:
        for event in events_of(reading.by_visitor.in_order(), target, stored):
            months.add(event)
        for block in months.blocks():
            missing = [event for event in block if stored.find(event.event_id) is None]
            if missing:
                table.insert(missing, token_of(missing, generation))
            ids_xor = reduce(xor, (event.event_id for event in missing), ids_xor)
            inserted += len(missing)
            progress.stored(len(block), reading.lines)
    return Held(len(stored) + inserted, ids_xor)
