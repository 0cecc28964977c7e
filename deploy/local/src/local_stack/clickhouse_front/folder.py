"""One process a data folder: a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path
from typing import IO


class FolderInUseError(Exception):
    """Another process owns the data folder."""


class FolderLock:
    """Holds the folder for this process; a killed holder leaves no trace that matters."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "front.lock"
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Make the folder where it is missing and take it. Raises FolderInUseError with the holder's pid."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        held = self._file.open("a+", encoding="ascii")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            holder = held.read().strip() or "unknown"
            held.close()
            raise FolderInUseError(f"the folder {self._file.parent} is in use by process {holder}") from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        self._held = held

    def release(self) -> None:
        """Give the folder up; safe to call twice."""
        if self._held is not None:
            self._held.close()
            self._held = None
