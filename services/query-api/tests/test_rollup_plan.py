"""Which questions roll-ups answer, from which builds, and which days are left to plain rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from query_api.question import Leaf, Period, Question
from query_api.question_to_sql import builds_statement, question_to_sql
from query_api.steps.rollup_plan import Plan, Run, first_of_bucket, is_rolled_up, midnight, plan, rollups_of, seen_since

FIRST, LAST = date(2026, 11, 4), date(2026, 11, 20)


def asked(
    *dimensions: str, metrics: tuple[str, ...] = ("visitors",), zone: str = "Asia/Kolkata", **other: Any
) -> Question:
    place = ZoneInfo(zone)
    first = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=place)
    period = Period(first, datetime(LAST.year, LAST.month, LAST.day, 23, 59, 59, tzinfo=place))
    return Question(1, "a.example", zone, other.pop("period", period), metrics, dimensions, **other)


def builds(*days: int) -> list[tuple[str, int]]:
    return [(f"2026-11-{day:02}", 100 + day) for day in days]


@pytest.mark.parametrize(
    "dimensions", [(), ("time:day",), ("time:week",), ("time:month",), ("event:page",), ("visit:city", "time:day")]
)
def test_whole_days_without_filters_are_rolled_up(dimensions: tuple[str, ...]) -> None:
    assert is_rolled_up(asked(*dimensions))


@pytest.mark.parametrize(
    "question",
    [
        asked("time:hour"),
        asked("visit:source", "visit:country"),
        asked("event:props:plan"),
        asked("visit:region_name"),
        asked("event:page", metrics=("bounce_rate",)),
        asked("visit:entry_page", metrics=("pageviews",)),
        asked("event:page", metrics=("scroll_depth",)),
        asked(filters=(Leaf("is", "visit:source", ("Google",)),)),
        asked(period=Period(datetime(2026, 11, 4, 1, tzinfo=UTC), datetime(2026, 11, 9, 23, 59, 59, tzinfo=UTC))),
        asked(period=Period(datetime(2026, 11, 4, tzinfo=UTC), datetime(2026, 11, 4, 23, 59, 59, tzinfo=UTC))),
    ],
)
def test_what_roll_ups_do_not_hold_is_left_to_plain_rows(question: Question) -> None:
    assert not is_rolled_up(question)


def test_days_without_a_build_make_runs() -> None:
    found = plan(asked(), builds(*range(5, 11), *range(13, 20)))
    assert found is not None
    assert found.runs == (
        Run(FIRST, FIRST),
        Run(date(2026, 11, 11), date(2026, 11, 12)),
        Run(LAST, LAST),
    )
    assert len(found.builds) == 13


def test_where_nothing_is_built_or_days_lie_scattered_plain_rows_are_simpler() -> None:
    assert plan(asked(), []) is None
    assert plan(asked(), builds(5, 7, 9, 11, 13)) is None


def test_where_every_day_is_built_there_is_no_run() -> None:
    assert plan(asked(), builds(*range(4, 21))) == Plan(tuple(100 + day for day in range(4, 21)), ())


def test_a_bucket_begins_with_the_period_where_that_is_later() -> None:
    thursday = date(2026, 11, 5)
    assert first_of_bucket(thursday, asked("time:day")) == thursday
    assert first_of_bucket(thursday, asked("time:week")) == FIRST
    assert first_of_bucket(date(2026, 11, 12), asked("time:week")) == date(2026, 11, 9)
    assert first_of_bucket(thursday, asked("time:month")) == FIRST
    assert first_of_bucket(LAST, asked()) == FIRST


def test_a_run_looks_back_three_days_and_not_beyond_its_bucket() -> None:
    assert seen_since(Run(LAST, LAST), asked()) == LAST - timedelta(days=3)
    assert seen_since(Run(FIRST + timedelta(days=1), LAST), asked()) == FIRST
    assert seen_since(Run(LAST, LAST), asked("time:day")) == LAST


def test_a_day_begins_where_its_zone_says() -> None:
    assert midnight(FIRST, asked()) == datetime(2026, 11, 3, 18, 30, tzinfo=UTC)


def test_a_part_of_all_visitors_needs_the_roll_up_of_everyone_too() -> None:
    assert rollups_of(asked("visit:source", metrics=("visitors", "percentage"))) == ("source", "all")
    assert rollups_of(asked("visit:source")) == ("source",)
    assert rollups_of(asked("time:day")) == ("all",)


def test_values_are_bound_and_never_written_into_a_statement() -> None:
    question = asked("visit:source", "time:week", metrics=("visitors", "pageviews", "percentage"))
    statement = question_to_sql(question, {}, Plan((170017, 230023), (Run(FIRST, LAST),)))
    assert statement.parameters["builds"] == [170017, 230023]
    assert {"source", "2026-11-03 18:30:00.000"} <= {
        value for value in statement.parameters.values() if isinstance(value, str)
    }
    assert not any(text in statement.sql for text in ("170017", "230023", "2026-11-03"))
    assert builds_statement(question).parameters["rollups"] == ["source", "all"]
