"""A small file that is read whole and replaced whole, so that no reader and no crash sees half of it."""

import os
from pathlib import Path

from runtime import log

_log = log.get(__name__)


class StateFile:
    """One file; without a path nothing is kept. What the disk refuses is logged and never raised."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """What was last written; None where there is nothing, or nothing that can be read."""
        if self._path is None or not self._path.exists():
            return None
        try:
            return self._path.read_bytes()
        except OSError as error:
            _log.warning("state_file_unreadable", file=self._path.name, error=type(error).__name__)
            return None

    def write(self, body: bytes) -> None:
        """Replace the content in one step."""
        if self._path is None:
            return
        partial = self._path.with_suffix(".partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(self._path)
        except OSError as error:
            _log.warning("state_file_not_written", file=self._path.name, error=type(error).__name__)
