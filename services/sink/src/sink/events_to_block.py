"""Event envelopes to a block: records of one partition in, rows with a token that is their digest out.

Pure: no clock, no lookup. The same records after the same mark give the same block, token included, so that whoever
takes a partition over re-forms exactly the block whose fate its predecessor left open.
"""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from contract.envelope import Section, decode_events
from contract.row import ROW_COLUMNS

from sink.steps.columns import SCHEMA, record_batch
from sink.steps.marks import Mark, continues, take_new
from sink.steps.tallying import LEDGER_SCHEMA, Lines, ledger_of, tally

SCHEMA_VERSION = hashlib.blake2b(repr(ROW_COLUMNS).encode(), digest_size=4).hexdigest()
"""Changes with the columns; an intent names the one that it was made under."""

BLOCK_SPAN = timedelta(days=2)
"""Rows that happened longer than this before a block's newest are inserted apart, so that the others stay few parts."""

_BATCH_ROWS = 1_000
"""Rows turned into columns at a time: enough to pay for 48 calls, few enough to stay in the processor's cache."""

_TOKEN_VERSION = "v1"  # noqa: S105  no secret: names how tokens are made

RowKey = tuple[int, int, int]
"""Source offset, place, event id: names a row for good, also when `beacons` was made anew meanwhile."""


class Record(msgspec.Struct, frozen=True):
    """A record of `events`."""

    offset: int
    value: bytes


class Place(msgspec.Struct, frozen=True):
    """Where a partition stands: the next record to read, and the mark after all records before it."""

    offset: int
    mark: Mark = Mark()


class Insert(msgspec.Struct, frozen=True):
    """Rows that go into ClickHouse by one insert under one token."""

    token: str
    rows: pa.Table


class Block(msgspec.Struct, frozen=True):
    """A run of whole records, as the rows that ClickHouse gets of them."""

    partition: int
    before: Place
    after: Place
    token: str
    rows: pa.Table
    oldest_received_ms: int = 0
    """The earliest timestamp of the source records, 0 where none is known."""
    ledger: pa.Table = LEDGER_SCHEMA.empty_table()
    """The lines of the loss ledger that its sections make."""

    def inserts(self) -> list[Insert]:
        """The block's rows by insert: one, or a second for what happened long before the rest."""
        if not self.rows.num_rows:
            return []
        times = self.rows["timestamp"]
        oldest_in_time = pa.scalar(pc.max(times).as_py() - BLOCK_SPAN, times.type)
        in_time = pc.greater_equal(times, oldest_in_time)
        if pc.all(in_time).as_py():
            return [Insert(self.token, self.rows)]
        late = self.rows.filter(pc.invert(in_time))
        return [Insert(self.token, self.rows.filter(in_time)), Insert(f"{self.token}:late", late)]

    def keys(self) -> list[RowKey]:
        """The key of every row, in order."""
        columns = (self.rows[name].to_pylist() for name in ("source_offset", "source_place", "event_id"))
        return list(zip(*columns, strict=True))

    def received_since(self, unix_s: float) -> "Block":
        """The block without the rows that were received before that time."""
        recent = pc.greater_equal(self.rows["received"], pa.scalar(int(unix_s), pa.uint32()))
        return msgspec.structs.replace(self, rows=self.rows.filter(recent))

    def only(self, keys: set[RowKey]) -> pa.Table:
        """The rows with those keys."""
        return self.rows.filter(pa.array([key in keys for key in self.keys()], pa.bool_()))

    def span_ms(self) -> tuple[int, int]:
        """Earliest and latest event time, Unix milliseconds, of a block with rows."""
        times = pc.min_max(self.rows["timestamp"].cast(pa.int64())).as_py()
        return times["min"], times["max"]

    def source_span(self) -> tuple[int, int]:
        """First and last source offset among the rows of a block with rows."""
        offsets = pc.min_max(self.rows["source_offset"]).as_py()
        return offsets["min"], offsets["max"]


class BlockBuilder:
    """Gathers records of one partition from a place on; raises what decoding and `take_new` raise."""

    def __init__(self, topic: str, partition: int, before: Place) -> None:
        self._name = f"{_TOKEN_VERSION}:{topic}:{partition}"
        self._partition = partition
        self._before = before
        self._after = before
        self._digest = hashlib.blake2b(digest_size=16)
        self._batches: list[pa.RecordBatch] = []
        self._waiting: list[Section] = []
        self._waiting_rows = 0
        self._tallied = Lines()
        self._oldest_received_ms = 0
        self.rows = 0
        self.bytes = 0

    def add(self, record: Record) -> bool:
        """True where the record was taken; False where it belongs to another incarnation, hence to the next block."""
        envelope = decode_events(record.value)
        mark = self._after.mark
        if self.bytes and not continues(mark, envelope.incarnation):
            return False
        sections, mark = take_new(envelope, mark)
        self._after = Place(record.offset + 1, mark)
        self._digest.update(record.value)
        self.bytes += len(record.value)
        tally(sections, self._tallied)
        self._take(section for section in sections if section.events)
        return True

    def finish(self) -> Block:
        """The block of everything taken so far."""
        self._convert()
        self._digest.update(msgspec.json.encode(self._before.mark))
        rows = pa.Table.from_batches(self._batches, SCHEMA)
        span = f"{self._before.offset}-{self._after.offset}"
        return Block(
            self._partition,
            self._before,
            self._after,
            f"{self._name}:{span}:{self._digest.hexdigest()}",
            rows,
            self._oldest_received_ms,
            ledger_of(rows, self._tallied, self._after.mark.incarnation, self._partition),
        )

    def _take(self, filled: Iterable[Section]) -> None:
        for section in filled:
            self._oldest_received_ms = self._oldest_received_ms or section.received_ms
            self._waiting.append(section)
            self._waiting_rows += len(section.events)
            self.rows += len(section.events)
        if self._waiting_rows >= _BATCH_ROWS:
            self._convert()

    def _convert(self) -> None:
        if self._waiting:
            self._batches.append(record_batch(self._waiting, self._partition))
            self._waiting, self._waiting_rows = [], 0
