"""Labels of time, and the hours that clocks skip, in zones of every kind."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_api.steps.date_range import DateRange, resolve
from query_api.steps.time_labels import skipped_hours, time_labels

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONES = ("Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")
dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def period(zone, first, last):
    return resolve(DateRange(dates=(first, last)), zone, NOW)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), first=dates, length=st.integers(0, 20))
def test_hours_of_any_days_are_in_order_once_each_and_all_but_the_skipped(zone, first, length):
    whole = period(zone, first, first + timedelta(days=length))
    labels = time_labels("time:hour", whole)
    assert labels == sorted(set(labels))
    assert len(labels) + len(skipped_hours(whole)) == 24 * (length + 1)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), first=dates, length=st.integers(0, 60))
def test_days_weeks_and_months_begin_with_the_range_and_cover_it(zone, first, length):
    whole = period(zone, first, first + timedelta(days=length))
    found = time_labels("time:day", whole)
    assert len(found) == length + 1
    assert found[0] == time_labels("time:week", whole)[0] == str(first)
    assert time_labels("time:month", whole)[0] == str(first.replace(day=1))


@pytest.mark.parametrize(
    ("zone", "day", "skipped"),
    [
        ("Europe/Berlin", date(2026, 3, 29), ["2026-03-29T02:00"]),
        ("America/New_York", date(2026, 3, 8), ["2026-03-08T02:00"]),
        ("Europe/Berlin", date(2026, 10, 25), []),
        ("Australia/Lord_Howe", date(2026, 10, 4), []),
        ("Asia/Kolkata", date(2026, 3, 29), []),
    ],
)
def test_a_skipped_hour_is_one_that_no_clock_shows(zone, day, skipped):
    found = skipped_hours(period(zone, day, day))
    assert [f"{datetime.fromtimestamp(hour * 3_600, UTC):%Y-%m-%dT%H:%M}" for hour in found] == skipped


def test_minutes_of_an_hour_are_sixty():
    instants = (datetime(2026, 11, 2, 10, tzinfo=UTC), datetime(2026, 11, 2, 10, 59, 59, tzinfo=UTC))
    labels = time_labels("time:minute", resolve(DateRange(instants=instants), "Asia/Kathmandu", NOW))
    assert labels[0] == "2026-11-02 15:45:00"
    assert len(labels) == 60
