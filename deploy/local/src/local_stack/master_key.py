"""The operator's master key of a local stack: it wraps the salts that Postgres keeps."""

import base64
import os
import secrets
from pathlib import Path

_BYTES = 32


def ensure(path: Path) -> None:
    """Make the file (32 random bytes as base64url, readable by its owner only) where there is none."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)))
    fresh.replace(path)
