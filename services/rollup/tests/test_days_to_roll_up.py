"""Local days of a site: which are over, which are due, and on which UTC days they lie."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rollup.days_to_roll_up import Extent, LocalDay, due, over

TODAY = date(2026, 11, 23)
_zones = st.sampled_from(["Etc/UTC", "Asia/Kolkata", "America/Havana", "Pacific/Auckland", "Pacific/Apia"])
_days = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 1, 1))


def test_a_day_half_an_hour_off_lies_on_two_utc_days() -> None:
    local = LocalDay(date(2026, 11, 20), "Asia/Kolkata")
    assert local.since == datetime(2026, 11, 19, 18, 30, tzinfo=UTC)
    assert (local.first_utc, local.last_utc) == (date(2026, 11, 19), date(2026, 11, 20))
    assert local.seen_since == date(2026, 11, 16)


@given(_days, _zones)
def test_each_day_begins_where_the_one_before_ends_and_is_about_a_day_long(day: date, zone: str) -> None:
    local = LocalDay(day, zone)
    length = local.next.since - local.since
    assert length in {timedelta(hours=hours) for hours in (0, 23, 24, 25)} or timedelta(22) < length < timedelta(26)
    assert local.first_utc <= local.last_utc or length == timedelta()


def test_a_day_is_over_once_every_utc_day_that_it_lies_on_is() -> None:
    extent = Extent(1, date(2026, 11, 20), TODAY)
    days = {zone: [local.day.day for local in over(extent, zone, TODAY)] for zone in ("Etc/UTC", "America/Havana")}
    assert days == {"Etc/UTC": [20, 21, 22], "America/Havana": [19, 20, 21]}


def test_days_before_the_first_event_and_after_the_last_are_none_of_a_site() -> None:
    extent = Extent(1, date(2026, 1, 5), date(2026, 1, 7))
    assert [local.day.day for local in over(extent, "Etc/UTC", TODAY)] == [5, 6, 7]
    assert [local.day.day for local in over(extent, "Asia/Kolkata", TODAY)] == [5, 6, 7, 8]


def test_the_latest_day_without_a_roll_up_that_may_be_read_comes_first() -> None:
    days = [LocalDay(date(2026, 11, number), "Etc/UTC") for number in (18, 19, 20)]
    assert [local.day.day for local in due(days, {date(2026, 11, 19)})] == [20, 18]
