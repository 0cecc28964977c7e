"""The field and the report of a session of chaos, and its seed."""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.field import Field, field
from tests.chaos.namespace import Namespace, RefusedError, namespace
from tests.chaos.report import Report, table
from tests.integration.running_stack import ROOT

SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10_000))  # noqa: S311  to be repeated, not to be secret
REPORT = Path(os.environ.get("CHAOS_REPORT") or ROOT / ".local" / "chaos" / "table.md")


@pytest.fixture(scope="session")
def chaos_seed() -> int:
    """What all dice of the session start from; CHAOS_SEED repeats one."""
    return SEED


@pytest.fixture(scope="session")
def report() -> Report:
    """Takes the runs of the session."""
    return _REPORT


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """One field for all faults that leave it as it was."""
    with field(tmp_path_factory.mktemp("chaos")) as found:
        yield found


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field of the test's own, whose log nobody else fills; its gigabytes go with it, the processes' logs stay."""
    folder = tmp_path_factory.mktemp("own")
    try:
        with field(folder) as found:
            yield found
    finally:
        shutil.rmtree(folder / "state" / "engines", ignore_errors=True)


@pytest.fixture(scope="module")
def far_host() -> Iterator[Namespace]:
    """A namespace that lasts for the module; skips its tests, with the reason, where there can be none."""
    with ExitStack() as made:
        try:
            found = made.enter_context(namespace())
        except RefusedError as refusal:
            pytest.skip(f"network namespaces: {refusal}")
        yield found


@pytest.fixture(scope="module")
def narrow_host(far_host: Namespace) -> Namespace:
    """The same where its links can be made narrow as well."""
    try:
        with far_host.outer.narrow():
            return far_host
    except RefusedError as refusal:
        pytest.skip(f"a narrow link: {refusal}")


def pytest_report_header() -> str:
    """The seed, so that a failure can be repeated."""
    return f"chaos: CHAOS_SEED={SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of all runs."""
    if _REPORT.runs:
        terminalreporter.section(f"chaos, seed {SEED}; also in {REPORT}")
        terminalreporter.write_line(table(_REPORT.runs))


_REPORT = Report(REPORT)
