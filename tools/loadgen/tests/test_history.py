"""A past for a site."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from loadgen.history import history

UNTIL = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def lines():
    return [json.loads(line) for line in history(14, 1, UNTIL, "demo.example", 60)]


def test_the_same_arguments_write_the_same_past():
    assert list(history(2, 1, UNTIL, "demo.example", 20)) == list(history(2, 1, UNTIL, "demo.example", 20))
    assert list(history(2, 1, UNTIL, "demo.example", 20)) != list(history(2, 2, UNTIL, "demo.example", 20))


def test_lines_are_in_order_of_time_and_end_before_the_end(lines):
    stamps = [datetime.fromisoformat(line["timestamp"]) for line in lines]
    assert stamps == sorted(stamps)
    assert stamps[-1] < UNTIL
    assert UNTIL - timedelta(days=14) < stamps[0]


def test_every_day_has_visits_and_a_launch_has_most(lines):
    days = [line["timestamp"][:10] for line in lines if line["name"] == "pageview"]
    counts = {day: days.count(day) for day in set(days)}
    assert len(counts) == 14
    assert max(counts, key=counts.get) == "2026-11-08"


def test_a_line_tells_place_device_and_source(lines):
    assert all(line["timestamp"].endswith("Z") and line["hostname"] == "demo.example" for line in lines)
    assert {"country", "region", "city", "device", "browser", "os"} <= lines[0].keys()
    assert {"Google", "ChatGPT", "Hacker News"} <= {line.get("source") for line in lines}
    assert "cpc" in {line.get("utm_medium") for line in lines}


def test_some_visitors_come_back_on_another_day(lines):
    days = {}
    for line in lines:
        days.setdefault(line["visitor"], set()).add(line["timestamp"][:10])
    assert any(len(seen) > 2 for seen in days.values())


def test_nobody_is_there_twice_at_once(lines):
    begun = {}
    for line in lines:
        kind = line.get("source"), line.get("referrer"), line.get("utm_campaign")
        at = datetime.fromisoformat(line["timestamp"])
        before = begun.get(line["visitor"])
        assert before is None or before[1] == kind or at - before[0] > timedelta(minutes=30)
        begun[line["visitor"]] = at, kind
