"""Days whose sessions are stale in, the days to rebuild now out. Pure."""

from collections.abc import Iterable
from datetime import date


def finished(stale: Iterable[date], today: date) -> list[date]:
    """The stale UTC days that are over, the latest first: they are asked for most."""
    return sorted((day for day in stale if day < today), reverse=True)


def partition_of(day: date) -> int:
    """The partition of `sessions` that holds the sessions which began on this UTC day, as 20261123."""
    return day.year * 10_000 + day.month * 100 + day.day
