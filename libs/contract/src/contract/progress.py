"""What the sink says beside its committed offset of `events`, as others read it: how much of `beacons` is stored."""

import msgspec


class StoredMark(msgspec.Struct, frozen=True):
    """How far a partition of `beacons` has been taken into ClickHouse."""

    source_offset: int = -1
    """The last source offset whose section is stored; -1 before the first."""
    incarnation: str = ""
    """Hex of the topic id that the source offset counts in."""


class _Progress(msgspec.Struct, frozen=True):
    version: int
    mark: StoredMark


_VERSION = 1
_decode = msgspec.json.Decoder(_Progress).decode


def read_stored_mark(text: str) -> StoredMark | None:
    """The mark in the text beside a committed offset; None where it holds none that this code can read."""
    try:
        progress = _decode(text)
    except msgspec.MsgspecError:
        return None
    return progress.mark if progress.version == _VERSION else None
