"""The loss ledger as ClickHouse stores it: by section, what became of the beacons of each site and minute."""

from contract.column_types import Int64, TimeMs, TimeS, UInt16, UInt32, UInt64, Word, columns_of

LEDGER_TABLE = "ledger"
ACCEPTED = ""
"""The reason of a line that counts events; all other lines have a `DropReason` or a `DeadReason`."""


class LedgerLine:
    """All columns but `beacons` are the key: a line that is written again takes the place of its like."""

    site_id: UInt32
    """0 for all sites that nobody registered, and where nobody can tell."""
    minute: TimeS
    """First second of the minute of receipt."""
    reason: Word
    incarnation: Word
    """Topic id of `beacons`, hex."""
    source_partition: UInt16
    source_offset: UInt64
    """The section's."""
    beacons: Int64
    """Below zero where beacons that were counted dead are put back."""


LEDGER_COLUMNS = columns_of(LedgerLine)
"""Column name to ClickHouse type, in order."""

REACH_TABLE = "ledger_reach"


class Reach:
    """Until when everything that `beacons` held of a partition is stored; the latest of a partition counts."""

    source_partition: UInt16
    partitions: UInt16
    """How many `beacons` has: the ledger is as complete as the least of them."""
    reached: TimeMs
    """What Kafka had acknowledged before this is stored, or counted as something else."""


REACH_COLUMNS = columns_of(Reach)
"""Column name to ClickHouse type, in order."""
