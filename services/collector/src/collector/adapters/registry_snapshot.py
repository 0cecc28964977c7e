"""The last registry that was seen, as a file: a restart while Redis is away still knows sites."""

import msgspec
from contract.registry import Registry
from runtime import log

from collector.adapters.state_file import StateFile

_read = msgspec.json.Decoder(Registry).decode
_log = log.get(__name__)


class RegistrySnapshot:
    """A registry in a state file."""

    def __init__(self, file: StateFile) -> None:
        self._file = file

    def read(self) -> Registry | None:
        """The registry last written; None where there is none, or none that can be read."""
        body = self._file.read()
        try:
            return _read(body) if body is not None else None
        except (msgspec.MsgspecError, UnicodeError) as error:
            _log.warning("registry_snapshot_unreadable", error=type(error).__name__)
            return None

    def write(self, body: bytes) -> None:
        """Replace it."""
        self._file.write(body)
