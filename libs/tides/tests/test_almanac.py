"""Which secrets live when."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from tides.almanac import DAY_MS, SecretName, live, needed, next_routing_name, routing_name, tide_name


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def names(found: list[SecretName]) -> set[str]:
    return {str(name) for name in found}


def test_every_day_a_beacon_may_be_of_and_tomorrow_and_this_month_and_the_next_are_needed():
    assert names(needed(at("2026-11-23T10:00"))) == {
        "tide:2026-11-21",
        "tide:2026-11-22",
        "tide:2026-11-23",
        "tide:2026-11-24",
        "routing:2026-11",
        "routing:2026-12",
    }


def test_the_month_after_december_is_january_of_the_next_year():
    assert str(next_routing_name(at("2026-12-31T23:59"))) == "routing:2027-01"


def test_a_tide_lives_for_48_hours_after_its_day():
    assert "tide:2026-11-20" in names(live(at("2026-11-22T23:59:59")))
    assert "tide:2026-11-20" not in names(live(at("2026-11-23T00:00")))


def test_last_months_routing_secret_lives_on_for_48_hours():
    assert "routing:2026-10" in names(live(at("2026-11-02T23:59")))
    assert "routing:2026-10" not in names(live(at("2026-11-03T00:00")))


def test_a_secret_expires_at_a_fixed_second():
    assert SecretName("tide", "2026-11-20").expires_at_s == at("2026-11-23T00:00") // 1000
    assert SecretName("routing", "2026-02").expires_at_s == at("2026-03-03T00:00") // 1000


def test_a_routing_secret_serves_every_day_of_its_month():
    days = SecretName("routing", "2028-02").days
    assert len(days) == 29
    assert at("2028-02-29T12:00") // DAY_MS in days
    assert at("2028-03-01T00:00") // DAY_MS not in days


def test_tomorrow_is_not_in_progress():
    assert tide_name(at("2026-11-23T00:00")).in_progress(at("2026-11-23T23:59:59"))
    assert not tide_name(at("2026-11-24T00:00")).in_progress(at("2026-11-23T23:59:59"))


@given(st.integers(min_value=at("2020-01-01T00:00"), max_value=at("2040-01-01T00:00")))
def test_whatever_is_needed_lives_and_serves_its_own_time(now_ms: int):
    assert set(needed(now_ms)) <= set(live(now_ms))
    assert tide_name(now_ms).in_progress(now_ms)
    assert routing_name(now_ms).in_progress(now_ms)


@given(st.integers(min_value=at("2020-01-01T00:00"), max_value=at("2040-01-01T00:00")))
def test_the_tide_of_a_beacon_48_hours_old_still_lives(now_ms: int):
    assert tide_name(now_ms - 2 * DAY_MS) in needed(now_ms)
