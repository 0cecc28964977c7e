"""The last registry that was seen, as a file: a restart while Redis is away still knows sites."""

import os
from pathlib import Path

import msgspec
from contract.registry import Registry
from runtime import log

_read = msgspec.json.Decoder(Registry).decode
_log = log.get(__name__)


class RegistrySnapshot:
    """One file in the state folder; without a folder nothing is kept."""

    def __init__(self, state_dir: str) -> None:
        self._file = Path(state_dir) / "registry.json" if state_dir else None

    def read(self) -> Registry | None:
        """The registry last written; None where there is none, or none that can be read."""
        if self._file is None or not self._file.exists():
            return None
        try:
            return _read(self._file.read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeError) as error:
            _log.warning("registry_snapshot_unreadable", error=type(error).__name__)
            return None

    def write(self, body: bytes) -> None:
        """Replace the file in one step, so that no reader and no crash sees half of it."""
        if self._file is None:
            return
        partial = self._file.with_suffix(".partial")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(self._file)
        except OSError as error:
            _log.warning("registry_snapshot_not_written", error=type(error).__name__)
