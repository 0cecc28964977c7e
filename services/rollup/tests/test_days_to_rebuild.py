"""Which days are due."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from rollup.days_to_rebuild import finished, partition_of

TODAY = date(2026, 11, 23)


def test_the_latest_day_that_is_over_comes_first() -> None:
    days = [date(2026, 11, 20), TODAY, date(2026, 11, 22), date(2026, 11, 24)]
    assert finished(days, TODAY) == [date(2026, 11, 22), date(2026, 11, 20)]


def test_nothing_stale_is_nothing_due() -> None:
    assert finished([], TODAY) == []


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2105, 12, 31)))
def test_a_partition_reads_as_its_day(day: date) -> None:
    assert str(partition_of(day)) == day.strftime("%Y%m%d").zfill(8)
