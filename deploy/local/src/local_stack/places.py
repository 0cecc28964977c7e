"""Where the stack keeps what: one state folder, deleted without loss of anything but demo data and caches."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[4]
"""The workspace is installed editable, so this file lies in the checkout."""


@dataclass(frozen=True)
class Places:
    """The state folder's parts."""

    root: Path
    checkout: Path = _CHECKOUT

    @property
    def cache(self) -> Path:
        """What was fetched: outlives a deleted state of the engines."""
        return self.root / "cache"

    @property
    def log(self) -> Path:
        """One file for each program."""
        return self.root / "log"

    @property
    def engines(self) -> Path:
        """The engines' data, a folder each."""
        return self.root / "engines"

    @property
    def endpoints(self) -> Path:
        """What stands where, while it stands."""
        return self.root / "endpoints.json"

    @property
    def processes(self) -> Path:
        """The running processes, for `status` and for the next start after a crash."""
        return self.root / "processes.json"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor of this state."""
        return self.root / "lock"

    @property
    def master_key(self) -> Path:
        """Wraps the salts that Postgres keeps."""
        return self.root / "master.key"


def checkout_state(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: TIDELINE_STATE_DIR, else `.local` of the checkout."""
    return Path(environ.get("TIDELINE_STATE_DIR") or _CHECKOUT / ".local").resolve()
