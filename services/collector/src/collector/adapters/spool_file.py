"""One file of a spool: written at its end and made durable, read at any place, removed once nothing of it is needed.

After a write that failed nothing more is written to the file: what lies behind its last whole record is not known.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from runtime import log

from collector.beacon_to_envelope import Envelope
from collector.spool_record import HEAD_BYTES, MAGIC, TornError, decode_spooled, record_bytes

_SUFFIX = ".spool"
_log = log.get(__name__)


def spool_files(folder: Path) -> list["SpoolFile"]:
    """The files of a folder in order of their numbers."""
    return sorted((SpoolFile(folder, int(path.stem)) for path in folder.glob(f"*{_SUFFIX}")), key=_number_of)


def _number_of(file: "SpoolFile") -> int:
    return file.number


class SpoolFile:
    """A file by its number; `size_bytes` is what lies in it for certain."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.size_bytes = 0
        self._path = folder / f"{number:012}{_SUFFIX}"
        self._writing: int | None = None
        self._reading: int | None = None

    def append(self, records: Sequence[bytes]) -> list[int]:
        """Write the records in one go and make them durable; where each begins. Raises OSError and keeps nothing."""
        try:
            return self._append(records)
        except OSError:
            self._cut()
            raise

    def scan(self) -> Iterator[tuple[int, Envelope]]:
        """Every whole record from the front, with its place; a torn one ends it, and is logged by its size."""
        data = self._path.read_bytes()
        if not data.startswith(MAGIC):
            _log.warning("spool_file_without_head", file=self._path.name, bytes=len(data))
            return
        self.size_bytes = len(MAGIC)
        while self.size_bytes < len(data):
            try:
                envelope, end = decode_spooled(memoryview(data), self.size_bytes)
            except TornError:
                _log.warning("spool_file_torn", file=self._path.name, torn_bytes=len(data) - self.size_bytes)
                return
            yield self.size_bytes, envelope
            self.size_bytes = end

    def read(self, place: int) -> tuple[Envelope, int]:
        """The envelope at a place, and its bytes on disk. Raises OSError, or TornError where it was altered since."""
        if self._reading is None:
            self._reading = os.open(self._path, os.O_RDONLY)
        size_bytes = record_bytes(os.pread(self._reading, HEAD_BYTES, place))
        return decode_spooled(os.pread(self._reading, size_bytes, place))

    def close(self) -> None:
        """Let go of the file; it stays on disk."""
        for descriptor in (self._writing, self._reading):
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._writing = self._reading = None

    def remove(self) -> None:
        """Let go of the file and of what it holds; a disk that refuses is logged, and will replay it once more."""
        self.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("spool_file_not_removed", file=self._path.name, error=type(error).__name__)

    def _append(self, records: Sequence[bytes]) -> list[int]:
        begins = [self.size_bytes + len(MAGIC) * (self._writing is None)]
        for record in records:
            begins.append(begins[-1] + len(record))
        if self._writing is None:
            self._writing = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            records = [MAGIC, *records]
            _sync_folder(self._path.parent)
        _write_all(self._writing, b"".join(records))
        os.fdatasync(self._writing)
        self.size_bytes = begins.pop()
        return begins

    def _cut(self) -> None:
        """Take back what a failed write left, as far as the disk lets us; a checksum tells the rest."""
        with contextlib.suppress(OSError):
            if self._writing is not None:
                os.ftruncate(self._writing, self.size_bytes)


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
