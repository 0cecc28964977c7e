"""Sections to lines of the loss ledger: an Arrow table with the contract's columns, each key once.

Pure, and by source offset, so that the same section always gives the same lines, whichever block it comes in.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import repeat

import pyarrow.compute as pc
from contract.envelope import Section
from contract.ledger import ACCEPTED
from contract.outcomes import MINUTE_MS

from sink.steps.lean_arrow import pa

LEDGER_SCHEMA = pa.schema(
    [
        ("site_id", pa.uint32()),
        ("minute", pa.uint32()),
        ("reason", pa.string()),
        ("incarnation", pa.string()),
        ("source_partition", pa.uint16()),
        ("source_offset", pa.uint64()),
        ("beacons", pa.int64()),
    ]
)
"""`contract.ledger.LEDGER_COLUMNS` as Arrow has them."""

_KEY = ["site_id", "minute", "source_offset"]
_COUNTED = pa.schema([LEDGER_SCHEMA.field(name) for name in (*_KEY, "reason", "beacons")])

Lines = Counter[tuple[int, int, str, int]]
"""Site, minute in Unix seconds, reason, source offset: how many beacons."""

_MINUTE_S = 60
_MOST_MINUTES_APART = 4 * 24 * 60
"""Beacons lie sealed for three days at most; a tally further from its section's time is none that can be."""

_MOST_SITE = 2**32 - 1


def tally(sections: Iterable[Section], lines: Lines) -> None:
    """Add what the sections count beside their events."""
    for section in sections:
        for found in (*section.dropped, *section.dead):
            minute = _possible(found.minute, section.received_ms // MINUTE_MS)
            site_id = found.site_id if 0 <= found.site_id <= _MOST_SITE else 0
            lines[site_id, minute * _MINUTE_S, found.reason, section.source_offset] += found.count


def ledger_of(rows: pa.Table, lines: Lines, incarnation: str, source_partition: int) -> pa.Table:
    """The lines of a block: its rows by site, minute of receipt and section, and what was tallied beside them."""
    counted = pa.concat_tables([_accepted(rows), _tallied(lines)])
    size = counted.num_rows
    columns = {name: counted[name] for name in counted.column_names} | {
        "incarnation": pa.repeat(incarnation, size),
        "source_partition": pa.repeat(pa.scalar(source_partition, pa.uint16()), size),
    }
    return pa.table([columns[name] for name in LEDGER_SCHEMA.names], LEDGER_SCHEMA)


def _accepted(rows: pa.Table) -> pa.Table:
    minute_s = pa.scalar(_MINUTE_S, pa.uint32())
    minutes = pc.multiply(pc.divide(rows["received"], minute_s), minute_s)
    keyed = pa.table([rows["site_id"], minutes, rows["source_offset"]], _KEY)
    counted = keyed.group_by(_KEY).aggregate([([], "count_all")])
    reasons = pa.repeat(ACCEPTED, counted.num_rows)
    beacons = counted["count_all"].cast(pa.int64())
    return pa.table([*(counted[name] for name in _KEY), reasons, beacons], _COUNTED)


def _tallied(lines: Lines) -> pa.Table:
    found = [
        (site_id, minute_s, offset, reason, beacons) for (site_id, minute_s, reason, offset), beacons in lines.items()
    ]
    columns = zip(*found, strict=True) if found else repeat((), len(_COUNTED))
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, _COUNTED, strict=True)], _COUNTED)


def _possible(minute: int, received_minute: int) -> int:
    return minute if abs(minute - received_minute) <= _MOST_MINUTES_APART else received_minute
