"""The demo site, its key and its past: made once by the operator's command line, remembered beside the data."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from local_stack.leash import leashed

_ALREADY = "already"
_PAST_DAYS = 35


class OperatorError(Exception):
    """A command failed; the message is its own."""


async def migrate(urls: Mapping[str, str]) -> None:
    """Bring all engines to this version. Raises OperatorError."""
    await _run(urls, "tideline", "migrate")


async def site_key(urls: Mapping[str, str], site: str, kept: Path) -> str:
    """An API key of scope stats, for all sites; the site is made where it is missing. Raises OperatorError."""
    if (known := _recall(kept)) is not None:
        return known
    try:
        await _run(urls, "tideline", "site", "add", site, "--timezone", "Etc/UTC")
    except OperatorError as error:
        if _ALREADY not in str(error):
            raise
    key = (await _run(urls, "tideline", "key", "add", "--scope", "stats")).split()[-1]
    _keep(kept, key)
    return key


async def give_past(urls: Mapping[str, str], site: str, kept: Path) -> None:
    """Import visits of the last 35 days, since the collector takes none of the past. Raises OperatorError."""
    with TemporaryDirectory(prefix="tideline-past-") as folder:
        file = f"{folder}/past.ndjson"
        await _run(urls, "loadgen", "history", "--days", str(_PAST_DAYS), "--site", site, "--out", file)
        await _run(urls, "tideline", "import", "events", file, "--site", site)
    _keep(kept, "")


def _recall(kept: Path) -> str | None:
    return kept.read_text().strip() if kept.exists() else None


def _keep(kept: Path, text: str) -> None:
    kept.touch(mode=0o600)
    kept.write_text(text)


async def _run(urls: Mapping[str, str], module: str, *words: str) -> str:
    """The standard output of `python -m module words`; a cancelled one is killed."""
    process = await asyncio.create_subprocess_exec(
        *leashed((sys.executable, "-m", module, *words)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **urls},
        start_new_session=True,
    )
    try:
        out, problem = await process.communicate()
    except asyncio.CancelledError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise
    if process.returncode != 0:
        raise OperatorError(f"{module} {' '.join(words)}: {(problem or out).decode(errors='replace').strip()}")
    return out.decode().strip()
