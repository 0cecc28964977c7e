"""Events in any order of time in, blocks of one month each out, in bounded memory: a file a month in between.

A block of one month touches one partition, so a long past makes few parts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

import msgspec
from contract.event import Event

from tideline.importing.framed_file import FramedFile

_HELD_EVENTS = 100_000
_BLOCK_EVENTS = 50_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Event).decode


class MonthFiles:
    """Holds at most 100,000 events in memory, the rest in a temporary file a month."""

    def __init__(self, block_events: int = _BLOCK_EVENTS) -> None:
        self._block_events = block_events
        self._files: dict[str, FramedFile] = defaultdict(FramedFile)
        self._held: dict[str, list[bytes]] = defaultdict(list)
        self._held_events = 0

    def add(self, event: Event) -> None:
        """Take an event."""
        month = datetime.fromtimestamp(event.timestamp // 1_000, UTC).strftime("%Y-%m")
        self._held[month].append(_encode(event))
        self._held_events += 1
        if self._held_events >= _HELD_EVENTS:
            self._write()

    def blocks(self) -> Iterator[list[Event]]:
        """All events, at most 50,000 at once and all of one month; the same events give the same blocks."""
        self._write()
        for month in sorted(self._files):
            events = map(_decode, self._files[month])
            while block := list(islice(events, self._block_events)):
                yield block

    def close(self) -> None:
        """Give memory and disk back."""
        self._held.clear()
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _write(self) -> None:
        for month, frames in self._held.items():
            self._files[month].extend(frames)
        self._held.clear()
        self._held_events = 0


def token_of(block: list[Event], generation: int) -> str:
    """A digest of which events are in the block, for `insert_deduplication_token`.

    It leaves out the visitors' hashes, whose key another run does not know: so the insert that a killed run left under
    way and the one that the next run sends are the same to the server. Another generation makes another token.
    """
    ids = (event.event_id for event in block)
    return sha256(_encode([generation, *ids])).hexdigest()
