"""The demo site and a key that reads it, made once by the operator's command line and kept with the data."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_ALREADY = "already"


class OperatorError(Exception):
    """A command of `tideline` failed; the message is its own."""


def migrate(urls: Mapping[str, str]) -> None:
    """Bring all engines to this version. Raises OperatorError."""
    _tideline(urls, "migrate")


def site_key(urls: Mapping[str, str], site: str, kept: Path) -> str:
    """An API key of scope stats, for all sites; the site is made where it is missing. Raises OperatorError."""
    if kept.exists():
        return kept.read_text().strip()
    try:
        _tideline(urls, "site", "add", site, "--timezone", "Etc/UTC")
    except OperatorError as error:
        if _ALREADY not in str(error):
            raise
    key = _tideline(urls, "key", "add", "--scope", "stats").split()[-1]
    kept.touch(mode=0o600)
    kept.write_text(key)
    return key


def _tideline(urls: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        (sys.executable, "-m", "tideline", *words),
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **urls},
    )
    if done.returncode != 0:
        raise OperatorError(f"tideline {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()
