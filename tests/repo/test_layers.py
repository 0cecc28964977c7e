"""Inside a service: contract ◀ core ◀ adapters, intake ◀ wiring ◀ __main__; and a core does no I/O and has no clock."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.repo.tree import code, tree

OUTSIDE = {
    "aiohttp", "aiokafka", "asyncio", "chdb", "clickhouse_connect", "faust", "httpx", "maxminddb", "psycopg",
    "psycopg_pool", "redis", "starlette", "subprocess", "time", "uvicorn",
}  # fmt: skip
MODULES = [path for path in code() if path.parts[0] == "services"]
BESIDE_OR_ABOVE_ADAPTERS = {"intake", "wiring"}
WAITS_FOR_A_KEY = {"record_to_section", "record_to_beacons"}
"""A key that is unknown just now is tried again, so these two know of waiting."""


def imports(path: PurePosixPath) -> Iterator[str]:
    """Every module that a file imports, deferred imports included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_core(path: PurePosixPath) -> bool:
    """A translation `<in>_to_<out>.py`, or one of its steps."""
    return path.stem not in WAITS_FOR_A_KEY and ("_to_" in path.stem or "steps" in path.parts)


def under(module: str, package: str, *names: str) -> bool:
    """True where the module is one of the package's parts of those names, or inside it."""
    return any(module == f"{package}.{name}" or module.startswith(f"{package}.{name}.") for name in names)


@pytest.mark.parametrize("path", [path for path in MODULES if is_core(path)], ids=str)
def test_a_core_neither_talks_to_anyone_nor_looks_at_the_clock(path):
    package = path.parts[3]
    found = set(imports(path))
    assert not {module for module in found if module.split(".")[0] in OUTSIDE}
    assert not {module for module in found if under(module, package, "adapters", "intake", "wiring")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_wiring_knows_the_adapters_and_only_main_knows_wiring(path):
    package = path.parts[3]
    if path.stem == "__main__":
        return
    found = set(imports(path))
    assert not {module for module in found if under(module, package, "wiring")}
    if path.stem not in BESIDE_OR_ABOVE_ADAPTERS and "adapters" not in path.parts:
        assert not {module for module in found if under(module, package, "adapters")}
