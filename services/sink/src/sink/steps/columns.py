"""Events to columns: sections in, an Arrow record batch with the contract's row columns out."""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, repeat
from typing import Any

from contract.envelope import Section
from contract.row import EVENT_COLUMNS, ROW_COLUMNS
from msgspec.structs import astuple

from sink.steps.lean_arrow import pa

_Column = Sequence[Any]


def _plain(kind: pa.DataType) -> Callable[[_Column], pa.Array]:
    blank = pa.scalar("" if kind == pa.string() else 0).cast(kind)

    def make(values: _Column) -> pa.Array:
        # a third of an event's fields are mostly blank in a whole batch: telling is 5 times cheaper than converting
        return pa.array(values, kind) if any(values) else pa.repeat(blank, len(values))

    return make


def _milliseconds(values: _Column) -> pa.Array:
    return pa.array(values, pa.int64()).view(pa.timestamp("ms", "UTC"))


def _text_map(values: _Column) -> pa.Array:
    ends = pa.array(accumulate(map(len, values), initial=0), pa.int32())
    keys = pa.array(chain.from_iterable(values), pa.string())
    texts = pa.array(chain.from_iterable(map(dict.values, values)), pa.string())
    return pa.MapArray.from_arrays(ends, keys, texts)


_MAKERS: dict[str, Callable[[_Column], pa.Array]] = {
    "Bool": _plain(pa.bool_()),
    "UInt8": _plain(pa.uint8()),
    "UInt16": _plain(pa.uint16()),
    "UInt32": _plain(pa.uint32()),
    "UInt64": _plain(pa.uint64()),
    "String": _plain(pa.string()),
    "LowCardinality(String)": _plain(pa.string()),
    "DateTime('UTC')": _plain(pa.uint32()),
    "DateTime64(3, 'UTC')": _milliseconds,
    "Map(LowCardinality(String), String)": _text_map,
}
"""ClickHouse type to the maker of its column; the server makes its own dictionaries of plain text."""

_EVENT_MAKERS = [_MAKERS[kind] for kind in EVENT_COLUMNS.values()]

SCHEMA = pa.schema([(name, _MAKERS[kind]([]).type) for name, kind in ROW_COLUMNS.items()])
"""The columns of every batch."""


def record_batch(sections: Sequence[Section], source_partition: int) -> pa.RecordBatch:
    """The rows of at least one event, in order, with the columns of `contract.row.ROW_COLUMNS`.

    Raises pyarrow's ArrowInvalid or OverflowError where a value does not fit its column.
    """
    events = [event for section in sections for event in section.events]
    columns = zip(*map(astuple, events), strict=True)
    arrays = [make(values) for make, values in zip(_EVENT_MAKERS, columns, strict=True)]
    arrays += _origin(sections, source_partition, len(events))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _origin(sections: Iterable[Section], source_partition: int, rows: int) -> list[pa.Array]:
    sized = [(section.source_offset, len(section.events)) for section in sections]
    return [
        pa.repeat(pa.scalar(False), rows),
        pa.repeat(pa.scalar(source_partition, pa.uint16()), rows),
        pa.array(chain.from_iterable(repeat(offset, size) for offset, size in sized), pa.uint64()),
        pa.array(chain.from_iterable(range(size) for _, size in sized), pa.uint32()),
    ]
