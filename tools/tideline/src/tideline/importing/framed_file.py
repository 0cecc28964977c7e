"""Bytes of any length one after another in a temporary file that has no name, so that nothing stays behind a kill."""

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile

_LENGTH_BYTES = 4
_BUFFER_BYTES = 256 * 1024


class FramedFile:
    """Takes frames at its end, gives them back from its beginning; in the folder of TMPDIR."""

    def __init__(self) -> None:
        self._file = TemporaryFile(buffering=_BUFFER_BYTES)  # noqa: SIM115  it lives as long as the object

    def extend(self, frames: Iterable[bytes]) -> None:
        """Add frames."""
        self._file.seek(0, 2)
        for frame in frames:
            self._file.write(len(frame).to_bytes(_LENGTH_BYTES, "big") + frame)

    def __iter__(self) -> Iterator[bytes]:
        """All frames from the first; one reader at a time."""
        self._file.seek(0)
        while header := self._file.read(_LENGTH_BYTES):
            yield self._file.read(int.from_bytes(header, "big"))

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()
