"""A clock for a whole stack that stands shortly before midnight, by libfaketime."""

from datetime import datetime
from pathlib import Path

_LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
"""Where Debian and others put it; the variant for programs of several threads."""


def library() -> Path | None:
    """Where libfaketime is; None where it is not installed."""
    return next((path for pattern in _LIBRARIES for path in Path("/").glob(pattern.lstrip("/"))), None)


def seconds_back(now: datetime, before_midnight_s: float) -> int:
    """How far a clock must be put back to show the last midnight (UTC) less so many seconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((now - midnight).total_seconds() + before_midnight_s)


def environ(preload: Path, back_s: int) -> dict[str, str]:
    """What a process must be told to live by a clock that is put back; Kafka would take no records of the future."""
    return {
        "LD_PRELOAD": str(preload),
        "FAKETIME": f"-{back_s}s",
        # timeouts go on by the true monotonic clock, and files keep their true times
        "DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
