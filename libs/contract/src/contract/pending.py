"""How far a collector is: what each tells Redis every second, so that no repeat is judged before its first attempt."""

import msgspec

REDIS_PENDING_KEY = "collector:pending:{epoch}"
"""Redis string, one a life of a collector (hex of its epoch): a `Pending` as JSON, written every second."""

PENDING_TTL_S = 10
"""How long it stands after the collector's end."""

SPOOLED_PENDING_TTL_S = 50 * 3_600
"""The same while something is spooled: a dead collector's spool holds repeats back until somebody replays it."""


class Pending(msgspec.Struct, frozen=True):
    """How far one collector is: what it received before `oldest_ms` is in Kafka, or was never acknowledged."""

    oldest_ms: int
    """Receive time of its oldest beacon that Kafka has not acknowledged; where there is none, of this writing."""
    spooled: bool
    """Whether some of them lie on its disk."""
