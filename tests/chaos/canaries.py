"""Looks for the people of the load on the disk: their addresses and their user agent."""

import re
from pathlib import Path

from tests.chaos.load import CANARY

_PEOPLE = re.compile(rb"%b|\b10\.(?:17[7-9]|1[89]\d|20\d)\.\d{1,3}\.\d{1,3}\b" % re.escape(CANARY.encode()))


def files_telling_of_people(folder: Path) -> list[str]:
    """The files anywhere in the folder that hold an address or a user agent of the load, by their path in it."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and _tells(path)]


def _tells(path: Path) -> bool:
    try:
        return _PEOPLE.search(path.read_bytes()) is not None
    except FileNotFoundError:  # engines delete files while we look
        return False
