"""A tide's dates, and how long its secrets may live."""

from datetime import UTC, datetime, timedelta

from contract.tide import day_expires_at, day_of, month_expires_at, month_of
from hypothesis import given
from hypothesis import strategies as st


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


def test_a_day_begins_at_midnight_utc():
    assert day_of(ms(2026, 11, 23)) == "2026-11-23"
    assert day_of(ms(2026, 11, 23) - 1) == "2026-11-22"


def test_secrets_of_a_day_are_gone_48_hours_after_its_end():
    assert day_expires_at("2026-11-23") == datetime(2026, 11, 26, tzinfo=UTC).timestamp()


def test_the_routing_secret_of_a_month_outlives_it_by_48_hours():
    assert month_expires_at("2026-02") == datetime(2026, 3, 3, tzinfo=UTC).timestamp()
    assert month_expires_at("2026-12") == datetime(2027, 1, 3, tzinfo=UTC).timestamp()


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001  hypothesis wants naive
def test_every_moment_lies_before_its_own_expiry(moment):
    now_ms = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    life = timedelta(seconds=day_expires_at(day_of(now_ms)) - now_ms / 1000)
    assert timedelta(hours=48) <= life <= timedelta(hours=72)
    assert day_of(now_ms).startswith(month_of(now_ms))
