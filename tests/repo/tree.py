"""The tree as git sees it: tracked and unignored files, parsed once."""

import ast
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[PurePosixPath, ...]:
    """Every tracked or unignored path, relative to the root."""
    out = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return tuple(PurePosixPath(line) for line in sorted(set(out.splitlines())) if (ROOT / line).is_file())


def with_suffix(*suffixes: str) -> list[PurePosixPath]:
    """The paths that end so."""
    return [path for path in files() if path.suffix in suffixes]


def is_test(path: PurePosixPath) -> bool:
    """True for tests and what only they use."""
    return "tests" in path.parts or path.name == "conftest.py"


@cache
def text(path: PurePosixPath) -> str:
    """The file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: PurePosixPath) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(text(path))


def code() -> list[PurePosixPath]:
    """Python files that are no tests."""
    return [path for path in with_suffix(".py") if not is_test(path)]
