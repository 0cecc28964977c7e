"""A clock of its own for each test."""

import pytest

from libs.runtime.tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
