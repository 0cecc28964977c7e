"""A file of lines in, checked records out: first all by time, to number those alike, then all by visitor.

An event's id is a digest of its line without the visitor's label, the site, and which of the lines alike it is. So
the same file twice gives the same ids, and nobody can try out labels against what is stored.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import msgspec

from tideline.event_line import EventLine, LineError, read_line, timestamp_ms
from tideline.importing.spool import Spool

_ERRORS_SHOWN = 10
_ID_BYTES = 8

Progress = Callable[[int], None]


class FileError(Exception):
    """The file cannot be imported; the message names lines and keys. Nothing was stored."""


class Record(msgspec.Struct, array_like=True, gc=False):
    """A checked line on its way through the sort."""

    line_number: int
    timestamp_ms: int
    visitor: str
    line: bytes
    """The `EventLine` without its visitor's label, as msgpack."""
    event_id: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(EventLine).decode


class Reading(msgspec.Struct, frozen=True):
    """A file that was read and found right."""

    by_visitor: Spool[Record]
    """Records with ids, by visitor and time."""
    lines: int
    first_ms: int
    last_ms: int

    def close(self) -> None:
        """Give memory and disk back."""
        self.by_visitor.close()


def line_of(record: Record) -> EventLine:
    """The record's line; its label is in the record."""
    return _decode(record.line)


def read_file(file: Path, site_id: int, until_ms: int, progress: Progress) -> Reading:
    """Check every line, give it its id, and sort. `progress` is told the bytes read. Raises FileError."""
    by_visitor = Spool(Record, lambda r: (r.visitor, r.timestamp_ms, r.line_number))
    lines, first_ms, last_ms = 0, 0, 0
    with closing(Spool(Record, lambda r: (r.timestamp_ms, r.line, r.line_number))) as by_time:
        for record in _checked(file, until_ms, progress):
            by_time.add(record)
        for record in _numbered(by_time.in_order(), site_id):
            by_visitor.add(record)
            first_ms, last_ms, lines = (first_ms if lines else record.timestamp_ms), record.timestamp_ms, lines + 1
    return Reading(by_visitor, lines, first_ms, last_ms)


def _numbered(by_time: Iterator[Record], site_id: int) -> Iterator[Record]:
    """Records with ids; lines alike come one after another."""
    previous, alike = b"", 0
    for record in by_time:
        alike = alike + 1 if record.line == previous else 0
        previous = record.line
        record.event_id = _event_id(record.line, site_id, alike)
        yield record


def _checked(file: Path, until_ms: int, progress: Progress) -> Iterator[Record]:
    errors: list[str] = []
    with file.open("rb") as lines:
        for number, text in enumerate(lines, 1):
            progress(len(text))
            if not text.strip():
                continue
            try:
                yield _record(number, read_line(text), until_ms)
            except LineError as error:
                errors.append(f"line {number}: {error}")
                if len(errors) == _ERRORS_SHOWN:
                    errors.append("there may be more")
                    break
    if errors:
        raise FileError("nothing was imported:\n  " + "\n  ".join(errors))


def _record(number: int, line: EventLine, until_ms: int) -> Record:
    at_ms = timestamp_ms(line)
    if at_ms > until_ms:
        raise LineError("`timestamp`: in the future")
    unlabelled = _encode(msgspec.structs.replace(line, visitor="-"))
    return Record(number, at_ms, line.visitor, unlabelled)


def _event_id(line: bytes, site_id: int, alike: int) -> int:
    digest = blake2b(line, digest_size=_ID_BYTES, salt=site_id.to_bytes(8, "big") + alike.to_bytes(8, "big"))
    return int.from_bytes(digest.digest(), "big")
