"""A site's past comes in by `tideline import events`, goes out by `export`, and loses nothing on the way."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.integration.running_stack import Stack

DAYS = ("2026-03-28", "2026-03-29", "2026-03-30")


def lines() -> list[dict[str, object]]:
    """Three days with the clocks put forward in the middle; four visitors a day, one page each and a second for two."""
    found: list[dict[str, object]] = []
    for day in DAYS:
        for hour, visitor in ((0, "ann"), (1, "bob"), (12, "cem"), (23, "dee")):
            event = {
                "timestamp": f"{day}T{hour:02}:10:00Z",
                "name": "pageview",
                "visitor": f"{visitor} {day}",
                "hostname": "past.example",
                "page": f"/{visitor}",
                "country": "DE",
                "props": {"läng": "1"},
            }
            found.append(event)
            if visitor in ("bob", "cem"):
                found.append(event | {"timestamp": f"{day}T{hour:02}:12:30Z", "page": "/second"})
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "past.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines()))
    return path


def test_the_same_file_twice_counts_once_and_days_are_those_of_the_site(stack: Stack, file: Path):
    site = stack.new_site("Europe/Berlin")
    for _ in range(2):
        stack.tideline("import", "events", str(file), "--site", site)
    span = ["2026-03-28", "2026-03-31"]
    assert stack.totals(site, "visitors", "visits", "pageviews", date_range=span) == [12, 12, 18]
    assert stack.totals(site, "bounce_rate", "visit_duration", date_range=span) == [50, 75]
    # 23:10 UTC is the next day in Berlin, in winter and in summer
    assert stack.by(site, "time:day", "pageviews", date_range=span) == {
        "2026-03-28": 5, "2026-03-29": 6, "2026-03-30": 6, "2026-03-31": 1,
    }  # fmt: skip


def test_what_goes_out_goes_in_again_without_loss(stack: Stack, file: Path, tmp_path: Path):
    first, second = stack.new_site(), stack.new_site()
    stack.tideline("import", "events", str(file), "--site", first)
    out = tmp_path / "out.ndjson"
    out.write_text(stack.tideline("export", "events", "--site", first))
    stack.tideline("import", "events", str(out), "--site", second)
    again = stack.tideline("export", "events", "--site", second)

    def known(text: str) -> Counter[str]:
        parsed = [json.loads(line) for line in text.splitlines() if line]
        return Counter(json.dumps({k: v for k, v in line.items() if k != "visitor"}, sort_keys=True) for line in parsed)

    assert known(again) == known(out.read_text())
    wanted = known(file.read_text())
    assert sum(known(out.read_text()).values()) == sum(wanted.values())


def test_an_unknown_key_is_refused_by_name_and_nothing_comes_in(stack: Stack, tmp_path: Path):
    site = stack.new_site()
    path = tmp_path / "odd.ndjson"
    path.write_text(json.dumps(lines()[0]) + "\n" + json.dumps(lines()[1] | {"ip": "203.0.113.1"}) + "\n")
    with pytest.raises(AssertionError, match="ip"):
        stack.tideline("import", "events", str(path), "--site", site)
    assert stack.totals(site, "pageviews", date_range=["2026-03-28", "2026-03-31"]) == [0]
