"""The clock is put back to just before the last midnight."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.clock import seconds_back


@pytest.mark.parametrize("hour", [0, 11, 23])
def test_the_clock_shows_so_many_seconds_before_midnight(hour: int):
    now = datetime(2026, 11, 23, hour, 30, 15, tzinfo=UTC)
    assert now - timedelta(seconds=seconds_back(now, 90)) == datetime(2026, 11, 22, 23, 58, 30, tzinfo=UTC)
