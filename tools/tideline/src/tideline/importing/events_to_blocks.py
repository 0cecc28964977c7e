"""Events in any order of time in, blocks of one month each out, in bounded memory: a file a month in between.

A block of one month touches one partition, so a long past makes few parts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

import msgspec
from contract.event import Event

_HELD_EVENTS = 100_000
_BLOCK_EVENTS = 50_000
_FRAME_BYTES = 4

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Event).decode


class MonthFiles:
    """Holds at most 100,000 events in memory, the rest in files of its folder, which it makes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, list[bytes]] = defaultdict(list)
        self._held_events = 0
        folder.mkdir()

    def add(self, event: Event) -> None:
        """Take an event."""
        frame = _encode(event)
        month = datetime.fromtimestamp(event.timestamp // 1_000, UTC).strftime("%Y-%m")
        self._held[month].append(len(frame).to_bytes(_FRAME_BYTES, "big") + frame)
        self._held_events += 1
        if self._held_events >= _HELD_EVENTS:
            self._write()

    def blocks(self) -> Iterator[list[Event]]:
        """All events, at most 50,000 at once and all of one month; the same events give the same blocks."""
        self._write()
        for month in sorted(self._folder.iterdir()):
            events = _events_in(month)
            while block := list(islice(events, _BLOCK_EVENTS)):
                yield block

    def _write(self) -> None:
        for month, frames in self._held.items():
            with (self._folder / month).open("ab") as out:
                out.writelines(frames)
        self._held.clear()
        self._held_events = 0


def token_of(block: list[Event]) -> str:
    """A digest of all that is in the block, for `insert_deduplication_token`."""
    return sha256(_encode(block)).hexdigest()


def _events_in(month: Path) -> Iterator[Event]:
    with month.open("rb") as file:
        while header := file.read(_FRAME_BYTES):
            yield _decode(file.read(int.from_bytes(header, "big")))
