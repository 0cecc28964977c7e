"""Fixed visits and answers computed by hand: days of 23 and 25 hours, half-hour zones, visits cut by ranges."""

from datetime import UTC, datetime, timedelta

import pytest

ALL_METRICS = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events")
BERLIN = pytest.mark.parametrize("zone", ["Europe/Berlin"])
KOLKATA = pytest.mark.parametrize("zone", ["Asia/Kolkata"])


def days(first: str, last: str = "") -> list[str]:
    return [first, last or first]


async def test_a_day_counts_people_visits_and_pages(shore, visit):
    shore.add(
        visit(("2026-11-02T10:00", "/"), ("2026-11-02T10:01:00", "/docs"), source="Google"),
        visit(("2026-11-02T11:00", "/")),
    )
    assert await shore.ask(*ALL_METRICS, date_range=days("2026-11-02")) == [[2, 2, 3, 1.5, 50, 30, 3]]


async def test_a_day_without_events_is_zeros(shore):
    assert await shore.ask(*ALL_METRICS, date_range=days("2026-11-02")) == [[0, 0, 0, 0, 0, 0, 0]]


async def test_a_visitor_with_two_visits_is_one_visitor(shore, visit):
    shore.add(
        visit(("2026-11-02T10:00", "/"), visitor=7),
        visit(("2026-11-02T12:00", "/"), visitor=7),
    )
    assert await shore.ask("visitors", "visits", date_range=days("2026-11-02")) == [[1, 2]]


async def test_engagement_is_neither_pageview_nor_event_but_makes_a_visit_longer(shore, visit):
    shore.add(visit(("2026-11-02T10:00", "/"), ("2026-11-02T10:05", "engagement!/")))
    assert await shore.ask(*ALL_METRICS, date_range=days("2026-11-02")) == [[1, 1, 1, 1, 100, 300, 1]]


async def test_an_event_that_is_not_interactive_leaves_a_bounce_a_bounce(shore, visit):
    shore.add(
        visit(("2026-11-02T10:00", "/"), ("2026-11-02T10:01", "seen!/", {"interactive": False})),
        visit(("2026-11-02T10:00", "/"), ("2026-11-02T10:01", "signup!/")),
    )
    assert await shore.ask("bounce_rate", "events", date_range=days("2026-11-02")) == [[50, 4]]


@BERLIN
async def test_the_day_the_clocks_go_back_has_twenty_five_hours(shore, visit):
    # local midnight to midnight is 24 October 22:00 to 25 October 23:00 in UTC
    shore.add(
        *(visit((f"2026-10-24T{clock}", "/early")) for clock in ("21:59:59", "22:00")),
        *(visit((f"2026-10-25T{clock}", "/late")) for clock in ("22:59:59", "23:00")),
    )
    assert await shore.ask("visitors", date_range=days("2026-10-25")) == [[2]]
    by_day = await shore.ask("visitors", date_range=days("2026-10-24", "2026-10-26"), dimensions=["time:day"])
    assert by_day == [["2026-10-24", 1], ["2026-10-25", 2], ["2026-10-26", 1]]


@BERLIN
async def test_the_hour_lived_twice_is_one_hour(shore, visit):
    shore.add(visit(("2026-10-25T00:30", "/")), visit(("2026-10-25T01:30", "/")), visit(("2026-10-25T02:30", "/")))
    question = {"date_range": days("2026-10-25"), "dimensions": ["time:hour"], "include": {"time_labels": True}}
    found = await shore.ask("visitors", "pageviews", **question)
    assert found == [["2026-10-25 02:00:00", 2, 2], ["2026-10-25 03:00:00", 1, 1]]
    labels = (await shore.answer("visitors", **question)).json()["meta"]["time_labels"]
    assert len(labels) == len(set(labels)) == 24


@BERLIN
async def test_the_day_the_clocks_go_forward_has_twenty_three_hours(shore, visit):
    # local midnight to midnight is 28 March 23:00 to 29 March 22:00 in UTC
    shore.add(*(visit((f"2026-03-{clock}", "/")) for clock in ("28T22:59", "28T23:00", "29T21:59:59", "29T22:00")))
    question = {"date_range": days("2026-03-29"), "dimensions": ["time:hour"], "include": {"time_labels": True}}
    found = await shore.ask("visitors", **question)
    assert found == [["2026-03-29 00:00:00", 1], ["2026-03-29 23:00:00", 1]]
    labels = (await shore.answer("visitors", **question)).json()["meta"]["time_labels"]
    assert len(labels) == 23
    assert "2026-03-29 02:00:00" not in labels


@BERLIN
async def test_a_visit_over_the_skipped_hour_is_in_the_hours_before_and_after(shore, visit):
    shore.add(visit(("2026-03-29T00:50", "/"), ("2026-03-29T01:10", "/")))
    question = {"date_range": days("2026-03-29"), "dimensions": ["time:hour"], "include": {"total_rows": True}}
    found = await shore.answer("visits", "pageviews", **question)
    assert [[*row["dimensions"], *row["metrics"]] for row in found.json()["results"]] == [
        ["2026-03-29 01:00:00", 1, 1],
        ["2026-03-29 03:00:00", 1, 1],
    ]
    assert found.json()["meta"]["total_rows"] == 2


@KOLKATA
async def test_days_and_hours_of_a_half_hour_zone_begin_at_half_past_in_utc(shore, visit):
    shore.add(
        visit(("2026-11-01T18:29:59", "/")),
        visit(("2026-11-01T18:30", "/")),
        visit(("2026-11-01T19:29:59", "/")),
        visit(("2026-11-01T19:30", "/")),
        visit(("2026-11-02T18:29:59", "/")),
        visit(("2026-11-02T18:30", "/")),
    )
    assert await shore.ask("visits", "pageviews", date_range=days("2026-11-02")) == [[4, 4]]
    by_hour = await shore.ask("visits", "pageviews", date_range=days("2026-11-02"), dimensions=["time:hour"])
    assert by_hour == [
        ["2026-11-02 00:00:00", 2, 2],
        ["2026-11-02 01:00:00", 1, 1],
        ["2026-11-02 23:00:00", 1, 1],
    ]


async def test_a_visit_over_midnight_counts_on_both_days_and_once_over_both(shore, visit):
    shore.add(
        visit(("2026-11-02T23:50", "/"), ("2026-11-02T23:58", "/a"), ("2026-11-03T00:10", "/b"), source="Bing"),
    )
    metrics = ("visitors", "visits", "pageviews", "bounce_rate", "visit_duration", "views_per_visit")
    assert await shore.ask(*metrics, date_range=days("2026-11-02")) == [[1, 1, 2, 0, 1200, 3.0]]
    assert await shore.ask(*metrics, date_range=days("2026-11-03")) == [[1, 1, 1, 0, 1200, 3.0]]
    both = days("2026-11-02", "2026-11-03")
    assert await shore.ask(*metrics, date_range=both) == [[1, 1, 3, 0, 1200, 3.0]]
    assert await shore.ask(*metrics, date_range=both, dimensions=["time:day"]) == [
        ["2026-11-02", 1, 1, 2, 0, 1200, 3.0],
        ["2026-11-03", 1, 1, 1, 0, 1200, 3.0],
    ]


async def test_a_range_of_instants_includes_its_last_second_and_cuts_visits(shore, visit):
    shore.add(
        visit(("2026-11-02T09:50", "/before"), ("2026-11-02T10:10", "/in")),
        visit(("2026-11-02T10:59:59.900", "/last-second"), ("2026-11-02T11:05", "/after")),
        visit(("2026-11-02T11:00", "/too-late")),
        visit(("2026-11-02T09:00", "/too-early")),
    )
    hour = ["2026-11-02T10:00:00Z", "2026-11-02T10:59:59Z"]
    assert await shore.ask("visits", "pageviews", "visit_duration", date_range=hour) == [[2, 2, 750]]
    pages = await shore.ask("pageviews", date_range=hour, dimensions=["event:page"])
    assert pages == [["/in", 1], ["/last-second", 1]]


async def test_instants_of_another_offset_are_the_same_instants(shore, visit):
    shore.add(visit(("2026-11-02T10:00", "/")))
    assert await shore.ask("visits", date_range=["2026-11-02T12:00:00+02:00", "2026-11-02T12:00:00+02:00"]) == [[1]]
    assert await shore.ask("visits", date_range=["2026-11-02T12:00:01+02:00", "2026-11-02T13:00:00+02:00"]) == [[0]]


async def test_a_late_event_lands_in_its_own_hour(shore, visit):
    shore.add(visit(("2026-11-02T10:30", "/", {"received": datetime(2026, 11, 3, 9, tzinfo=UTC)})))
    by_hour = await shore.ask("pageviews", date_range=days("2026-11-02"), dimensions=["time:hour"])
    assert by_hour == [["2026-11-02 10:00:00", 1]]


async def test_minutes_count_whoever_was_there_between_two_events(shore, visit):
    shore.add(visit(("2026-11-02T10:30:50", "/"), ("2026-11-02T10:32:10", "/a")))
    by_minute = await shore.ask("visitors", "pageviews", date_range=days("2026-11-02"), dimensions=["time:minute"])
    assert by_minute == [
        ["2026-11-02 10:30:00", 1, 1],
        ["2026-11-02 10:31:00", 1, 0],
        ["2026-11-02 10:32:00", 1, 1],
    ]


async def test_weeks_begin_on_monday_or_with_the_range(shore, visit):
    shore.add(visit(("2026-11-05T10:00", "/")), visit(("2026-11-09T10:00", "/")), visit(("2026-11-15T10:00", "/")))
    question = {"date_range": days("2026-11-04", "2026-11-17"), "dimensions": ["time:week"]}
    assert await shore.ask("visits", **question) == [["2026-11-04", 1], ["2026-11-09", 2]]
    labels = (await shore.answer("visits", **question, include={"time_labels": True})).json()["meta"]["time_labels"]
    assert labels == ["2026-11-04", "2026-11-09", "2026-11-16"]


async def test_months_are_named_by_their_first_day(shore, visit):
    shore.add(visit(("2026-10-05T10:00", "/")), visit(("2026-11-09T10:00", "/")))
    found = await shore.ask("visits", date_range=days("2026-10-04", "2026-11-17"), dimensions=["time:month"])
    assert found == [["2026-10-01", 1], ["2026-11-01", 1]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("day", ("2026-05-31T00:00:00Z", "2026-05-31T23:59:59Z")),
        ("7d", ("2026-05-24T00:00:00Z", "2026-05-30T23:59:59Z")),
        ("28d", ("2026-05-03T00:00:00Z", "2026-05-30T23:59:59Z")),
        ("30d", ("2026-05-01T00:00:00Z", "2026-05-30T23:59:59Z")),
        ("91d", ("2026-03-01T00:00:00Z", "2026-05-30T23:59:59Z")),
        ("month", ("2026-05-01T00:00:00Z", "2026-05-31T23:59:59Z")),
        ("1mo", ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")),
        ("6mo", ("2025-11-01T00:00:00Z", "2026-04-30T23:59:59Z")),
        ("12mo", ("2025-05-01T00:00:00Z", "2026-04-30T23:59:59Z")),
        ("year", ("2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z")),
    ],
)
async def test_named_ranges_are_those_of_plausible(shore, asked, expected):
    response = await shore.answer("visitors", date_range=asked, date="2026-05-31")
    assert tuple(response.json()["query"]["date_range"]) == expected


async def test_counted_days_leave_today_out_and_day_is_today(shore, visit):
    now = datetime.now(UTC)
    shore.add(visit((now.isoformat(), "/")), visit(((now - timedelta(days=2)).isoformat(), "/")))
    assert await shore.ask("visits", date_range="7d") == [[1]]
    assert await shore.ask("visits", date_range="day") == [[1]]
    assert await shore.ask("visits", date_range="24h") == [[1]]


async def test_all_begins_with_the_first_event(shore, visit):
    shore.add(visit(("2026-09-09T10:00", "/")), visit(("2025-03-04T10:00", "/")))
    response = await shore.answer("visits", date_range="all")
    assert response.json()["results"] == [{"metrics": [2], "dimensions": []}]
    assert response.json()["query"]["date_range"][0] == "2025-03-04T00:00:00Z"


async def test_all_of_a_site_without_events_is_today(shore):
    response = await shore.answer("visits", date_range="all")
    assert response.json()["query"]["date_range"][0][:10] == f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("asked", "bucket"), [("day", "hour"), ("7d", "day"), ("30d", "day"), ("91d", "week"), ("24mo", "month")]
)
async def test_time_alone_chooses_its_bucket_by_the_length_of_the_range(shore, asked, bucket):
    response = await shore.answer("visitors", date_range=asked, dimensions=["time"], order_by=[["time", "desc"]])
    assert response.json()["query"]["dimensions"] == [f"time:{bucket}"]
    assert response.json()["query"]["order_by"] == [[f"time:{bucket}", "desc"]]


async def test_a_trimmed_day_has_no_labels_of_hours_to_come(shore):
    include = {"time_labels": True, "trim_relative_date_range": True}
    response = await shore.answer("visitors", dimensions=["time:hour"], include=include)
    assert response.json()["meta"]["time_labels"][-1] == f"{datetime.now(UTC):%Y-%m-%d %H}:00:00"
