"""One running stack for every test that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.running_stack import Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    folder.chmod(0o755)
    with running(folder / "state") as started:
        yield started


@pytest.fixture
def site(stack: Stack) -> str:
    """A site of the test's own."""
    return stack.new_site()
