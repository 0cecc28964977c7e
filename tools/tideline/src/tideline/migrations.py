"""Numbered `.sql` files in, a migrated server out; refused where files and server do not match."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_END_OF_STATEMENT = re.compile(r";\s*(?:--[^\n]*)?\n")


class MigrationError(Exception):
    """The files and what the server remembers of them contradict each other; the message says where."""


class Migration(msgspec.Struct, frozen=True):
    """One numbered file."""

    name: str
    digest: str
    """Hex SHA-256 of its text."""
    statements: tuple[str, ...]


class Ledger(Protocol):
    """A server that remembers which migrations it has seen."""

    def applied(self) -> Mapping[str, str]:
        """File name to digest, of everything applied so far; makes its own table first."""

    def apply(self, migration: Migration) -> None:
        """Run the statements in order and remember the file."""


def read(folder: Path) -> list[Migration]:
    """The folder's migrations by number. Raises MigrationError for a bad name, a gap or a number used twice."""
    files = sorted(folder.glob("*.sql"))
    if not files:
        raise MigrationError(f"{folder} holds no migrations; is SCHEMA_DIR right?")
    for number, file in enumerate(files, 1):
        match = _NAME.match(file.name)
        if match is None or int(match[1]) != number:
            raise MigrationError(f"{file.name}: expected a name like {number:04}_what_it_does.sql")
    return [_migration(file) for file in files]


def migrate(ledger: Ledger, folder: Path) -> list[str]:
    """Apply what is missing; the names applied. Raises MigrationError before anything is changed."""
    migrations = read(folder)
    applied = ledger.applied()
    _check(migrations, applied)
    missing = [m for m in migrations if m.name not in applied]
    for migration in missing:
        ledger.apply(migration)
    return [m.name for m in missing]


def statements_of(text: str) -> tuple[str, ...]:
    """The statements of a file: each ends with a semicolon at the end of a line; comments alone are none."""
    parts = (part.strip() for part in _END_OF_STATEMENT.split(text + "\n"))
    return tuple(part for part in parts if _without_comments(part))


def _migration(file: Path) -> Migration:
    text = file.read_text(encoding="utf-8")
    return Migration(file.name, hashlib.sha256(text.encode()).hexdigest(), statements_of(text))


def _without_comments(statement: str) -> str:
    return "\n".join(line for line in statement.splitlines() if not line.lstrip().startswith("--")).strip()


def _check(migrations: Iterable[Migration], applied: Mapping[str, str]) -> None:
    known = {m.name: m.digest for m in migrations}
    for name, digest in sorted(applied.items()):
        if name not in known:
            raise MigrationError(f"the server has seen {name}, which is no longer there; restore the file")
        if known[name] != digest:
            raise MigrationError(f"{name} was changed after it had been applied; add a new file instead")
    names = list(known)
    unapplied = [name for name in names if name not in applied]
    if unapplied and any(name > unapplied[0] for name in applied):
        raise MigrationError(f"{unapplied[0]} is missing on the server though later files were applied")
