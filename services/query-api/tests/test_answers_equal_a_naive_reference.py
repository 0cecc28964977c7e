"""Any valid question, on the real engine, has the answer that counting plain events in Python has."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_api.dimensions import BUCKETS, DIMENSIONS, Scope
from query_api.metric_registry import METRICS

Row = dict[str, Any]
START = datetime(2026, 10, 24, 12, tzinfo=UTC)
VISIT_COLUMNS = {
    name: (dimension.column, dimension.empty)
    for name, dimension in DIMENSIONS.items()
    if dimension.scope is not Scope.EVENT and dimension.kind == "text"
}
EVENT_COLUMNS = {"event:page": "page", "event:hostname": "hostname", "event:name": "name", "event:props:plan": "plan"}
ENTRIES = {"event:page": "entry_page", "event:hostname": "entry_hostname"}
TIMES = tuple(BUCKETS)
EITHER, ON_EVENTS, ON_VISITS = (
    ("visitors", "visits"),
    ("pageviews", "events"),
    ("views_per_visit", "bounce_rate", "visit_duration"),
)
PAGES, VALUES = ("/", "/docs", "/docs/b", "/ä'\\"), ("", "Google", "Bing", "go'o{gle:String}")


def happenings(visit: Any) -> list[Row]:
    """Some two hundred events in sixty visits over the end of October, when clocks change in Europe."""
    chance = random.Random(20261123)  # noqa: S311  a fixed sequence is the point
    rows = []
    for _ in range(60):
        when = START + timedelta(minutes=chance.randrange(60 * 60))
        host = chance.choice(("a.example", "b.example"))
        happened = []
        for _ in range(chance.randrange(1, 7)):
            name = chance.choice(("pageview", "pageview", "pageview", "signup", "engagement"))
            own = {"hostname": host, "props": {"plan": p} if (p := chance.choice(("", "pro", "free"))) else {}}
            own["interactive"] = chance.random() < 0.8
            happened.append((when.isoformat(), f"{name}!{chance.choice(PAGES)}", own))
            when += timedelta(seconds=chance.randrange(1_800))
        inherited = {"source": chance.choice(VALUES), "utm_campaign": chance.choice(VALUES)}
        inherited |= {"device": chance.choice(("Mobile", "Desktop", "")), "country": chance.choice(("DE", "", "IN"))}
        rows += visit(*happened, visitor=chance.randrange(1, 30), **inherited)
    return rows


def finished(rows: list[Row]) -> dict[int, Row]:
    """One row a visit: its last event's, with its end and duration."""
    visits = {}
    for row in rows:
        length = row["timestamp"].replace(microsecond=0) - row["session_start"].replace(microsecond=0)
        end = {"end": row["timestamp"], "duration": length.total_seconds()}
        visits[row["session_id"]] = row | end
    return visits


def bucket_of(name: str, when: datetime, zone: str, first: datetime) -> str:
    clock = when.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0, second=0)
    day = clock.date()
    match name:
        case "time:minute":
            return f"{clock}"
        case "time:hour":
            return f"{clock.replace(minute=0)}"
        case "time:week":
            return str(max(day - timedelta(days=day.weekday()), first.astimezone(ZoneInfo(zone)).date()))
        case "time:month":
            return str(day.replace(day=1))
        case _:
            return str(day)


def holds(part: Any, value_of: Any) -> bool:
    match part:
        case ["and", inner]:
            return all(holds(each, value_of) for each in inner)
        case ["or", inner]:
            return any(holds(each, value_of) for each in inner)
        case ["not", inner]:
            return not holds(inner, value_of)
    operator, name, clauses, *_ = part
    value = value_of(name)
    fold = str.lower if part[3:] == [{"case_sensitive": False}] else str
    match operator.removesuffix("_not"):
        case "is":
            empties = ("", "(none)") if "props" in name else ("", "(not set)", VISIT_COLUMNS.get(name, "  ")[1])
            found = fold(value) in [fold("" if clause in empties else clause) for clause in clauses]
        case "contains":
            found = any(fold(c) in fold(value) for c in clauses)
        case _:
            found = any(c.removeprefix("^") in value and value.startswith(c[1:]) for c in clauses)
    return found is not operator.endswith("_not")


def names(part: Any) -> set[str]:
    if part[0] in ("and", "or"):
        return {name for inner in part[1] for name in names(inner)}
    return names(part[1]) if part[0] == "not" else {part[1]}


class Reference:
    """Counts one question over plain rows."""

    def __init__(self, rows: list[Row], zone: str, since: datetime, until: datetime) -> None:
        self.rows = [row for row in rows if since <= row["timestamp"] < until]
        self.all_visits = finished(rows)
        self.zone, self.since, self.until = zone, since, until

    def value(self, row: Row, name: str) -> str:
        if name == "event:props:plan":
            return row["props"].get("plan", "")
        if name in EVENT_COLUMNS:
            return row[EVENT_COLUMNS[name]]
        return self.all_visits[row["session_id"]][VISIT_COLUMNS[name][0]]

    def chosen(self, filters: list[Any]) -> list[Row]:
        by_name = any("event:name" in names(part) for part in filters)
        return [
            row
            for row in self.rows
            if not (by_name and row["name"] == "engagement")
            and all(holds(part, lambda name, row=row: self.value(row, name)) for part in filters)
        ]

    def shown(self, row: Row, name: str) -> str:
        empty = "(none)" if name.startswith("event:props") else VISIT_COLUMNS.get(name, ("", "(not set)"))[1]
        return self.value(row, name) or empty

    def times(self, visit: Row, name: str) -> set[str]:
        """Every bucket from the visit's first to its last event in the period, minute by minute."""
        when, last = max(visit["session_start"], self.since), min(visit["end"], self.until - timedelta(milliseconds=1))
        found = {bucket_of(name, last, self.zone, self.since)}
        while when <= last:
            found.add(bucket_of(name, when, self.zone, self.since))
            when += timedelta(minutes=1)
        return found

    def events_by(self, dimensions: list[str], filters: list[Any]) -> dict[tuple[str, ...], list[Row]]:
        found = defaultdict(list)
        for row in self.chosen(filters):
            if "event:name" in dimensions and row["name"] == "engagement":
                continue
            found[
                tuple(
                    bucket_of(name, row["timestamp"], self.zone, self.since) if name in TIMES else self.shown(row, name)
                    for name in dimensions
                )
            ].append(row)
        return found

    def visits_by(self, dimensions: list[str], filters: list[Any]) -> dict[tuple[str, ...], list[Row]]:
        entries = {name: ENTRIES[name] for name in dimensions if name in ENTRIES}
        by_event = [f for f in filters if any(n in EVENT_COLUMNS and n not in entries for n in names(f))]
        direct = [f for f in filters if f not in by_event]
        time = next((name for name in dimensions if name in TIMES), None)
        having = self.buckets_having(by_event, entries, time or "")
        found = defaultdict(list)
        for visit in self.all_visits.values():
            overlaps = visit["session_start"] < self.until and visit["end"] >= self.since
            if not overlaps or not all(self.holds_of_visit(f, visit, entries) for f in direct):
                continue
            times = self.times(visit, time) if time else {""}
            if by_event:
                times &= having[visit["session_id"]]
            for when in times:
                key = [when if name in TIMES else self.visit_value(visit, name, entries) for name in dimensions]
                found[tuple(key)].append(visit)
        return found

    def buckets_having(self, filters: list[Any], entries: dict[str, str], time: str) -> dict[int, set[str]]:
        """For each visit, the buckets (one without a name where there is no time) in which it has such an event."""
        no_engagement = any("event:name" in names(f) for f in filters)
        having: dict[int, set[str]] = defaultdict(set)
        for row in self.rows:
            visit = self.all_visits[row["session_id"]]

            def value_of(name: str, row: Row = row, visit: Row = visit) -> str:
                return visit[entries[name]] if name in entries else self.value(row, name)

            if not (no_engagement and row["name"] == "engagement") and all(holds(f, value_of) for f in filters):
                when = bucket_of(time, row["timestamp"], self.zone, self.since) if time else ""
                having[row["session_id"]].add(when)
        return having

    def holds_of_visit(self, part: Any, visit: Row, entries: dict[str, str]) -> bool:
        return holds(part, lambda name: visit[entries[name]] if name in entries else self.value(visit, name))

    def visit_value(self, visit: Row, name: str, entries: dict[str, str]) -> str:
        return visit[entries[name]] or "(not set)" if name in entries else self.shown(visit, name)

    def answer(self, metrics: list[str], dimensions: list[str], filters: list[Any]) -> dict[tuple[str, ...], list[Any]]:
        named = set(dimensions).union(*(names(part) for part in filters))
        either = "events" if named & set(EVENT_COLUMNS) else "visits"
        on = {m: "events" if m in ON_EVENTS else "visits" if m in ON_VISITS else either for m in metrics}
        events = self.events_by(dimensions, filters) if "events" in on.values() else {}
        visits = self.visits_by(dimensions, filters) if "visits" in on.values() else {}
        keys = set(events) | set(visits)
        if len(set(on.values())) > 1 and set(dimensions) & set(EVENT_COLUMNS):
            keys = set(events)
        if not dimensions:
            keys = {()}
        pages = [f for f in filters if f[1] == "event:page" and "event:page" not in dimensions]
        return {
            key: [
                counted(metric, (events if on[metric] == "events" else visits).get(key, []), pages)
                for metric in metrics
            ]
            for key in keys
        }


def counted(metric: str, rows: list[Row], pages: list[Any]) -> float:
    visits = len({row["session_id"] for row in rows})
    if metric == "bounce_rate":
        rows = [row for row in rows if all(holds(page, lambda _, row=row: row["entry_page"]) for page in pages)]
        visits = len(rows)
    return {
        "visitors": lambda: len({row["visitor"] for row in rows}),
        "visits": lambda: visits,
        "pageviews": lambda: sum(row["name"] == "pageview" for row in rows),
        "events": lambda: sum(row["name"] != "engagement" for row in rows),
        "views_per_visit": lambda: round(sum(row["session_pageviews"] for row in rows) / max(visits, 1), 2),
        "visit_duration": lambda: round(sum(row["duration"] for row in rows) / max(visits, 1)),
        "bounce_rate": lambda: round(100 * sum(row["is_bounce"] for row in rows) / max(visits, 1)),
    }[metric]()


CLAUSES = {
    "page": st.sampled_from([*PAGES, "doc", "DOCS", ""]),
    "other": st.sampled_from([*VALUES, "pro", "signup", "pageview", "a.example", "(not set)", "(none)", "O'"]),
}


@st.composite
def leaf(draw: Any) -> Any:
    name = draw(st.sampled_from([*VISIT_COLUMNS, *EVENT_COLUMNS]))
    kind = "page" if "page" in name and "hostname" not in name else "other"
    clauses = CLAUSES[kind]
    operator = draw(st.sampled_from(["is", "is_not", "contains", "contains_not", "matches", "matches_not"]))
    if operator.startswith("matches"):
        return [
            operator,
            name,
            draw(st.lists(st.sampled_from(["^/d", "^/docs/b", "^G", "^p"]), min_size=1, max_size=2)),
        ]
    if name == "visit:country":
        clauses = st.sampled_from(["DE", "de", "IN", "", "(not set)"])
    part = [operator, name, draw(st.lists(clauses, min_size=1, max_size=3))]
    return [*part, {"case_sensitive": False}] if draw(st.booleans()) else part


trees = st.recursive(
    leaf(),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(list),
        inner.map(lambda part: ["not", part]),
    ),
    max_leaves=4,
)


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    metrics = draw(st.lists(st.sampled_from([*EITHER, *ON_EVENTS, *ON_VISITS]), min_size=1, max_size=7, unique=True))
    by_visit = any(metric in ON_VISITS for metric in metrics)
    events = ["event:page", "event:hostname"] if by_visit else list(EVENT_COLUMNS)
    dimensions = draw(st.lists(st.sampled_from([*VISIT_COLUMNS, *events]), max_size=2, unique=True))
    first = START + timedelta(hours=draw(st.integers(-2, 50)))
    last = first + timedelta(minutes=draw(st.integers(31, 60 * 60)))
    times = TIMES if last - first < timedelta(hours=30) else TIMES[1:]
    if draw(st.booleans()):
        dimensions.insert(draw(st.integers(0, len(dimensions))), draw(st.sampled_from(times)))
    return {
        "metrics": metrics,
        "dimensions": dimensions,
        "filters": draw(st.lists(trees, max_size=3)),
        "date_range": [first.isoformat(), last.isoformat()],
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions())
async def test_any_valid_question_has_the_reference_answer(shore, visit, zone, question):
    if not hasattr(shore, "rows"):
        shore.rows = happenings(visit)
        shore.add(shore.rows)
    has_time = any(name in TIMES for name in question["dimensions"])
    response = await shore.answer(*question.pop("metrics"), include={"time_labels": has_time}, **question)
    answer = response.json()
    found = [[*row["dimensions"], *row["metrics"]] for row in answer["results"]]
    first, last = (datetime.fromisoformat(text) for text in question["date_range"])
    reference = Reference(shore.rows, zone, first, last + timedelta(seconds=1))
    expected = reference.answer(answer["query"]["metrics"], question["dimensions"], question["filters"])
    width = len(question["dimensions"])
    assert {tuple(row[:width]): row[width:] for row in found} == expected
    assert len(found) == len(expected)
    shown = {row[place] for row in found for place in range(width) if question["dimensions"][place] in TIMES}
    assert shown <= set(answer["meta"].get("time_labels", []))


@st.composite
def anything_valid(draw: Any) -> dict[str, Any]:
    """A question with every metric there is and any dimension, those the reference does not know included."""
    dimensions = draw(st.lists(st.sampled_from(list(DIMENSIONS)), min_size=1, max_size=3, unique=True))
    metrics = [name for name in METRICS if name not in ON_VISITS or "event:name" not in dimensions]
    named = [[draw(st.sampled_from(["is", "contains", "is_not"])), name, ["", "DE"]] for name in dimensions]
    patterns = [["matches_not", name, ["^[A-Z]+$"]] for name in dimensions]
    shuffled = draw(st.permutations(metrics))
    return {
        "metrics": shuffled[: draw(st.integers(1, len(shuffled)))],
        "dimensions": dimensions,
        "filters": [["is_not", "event:page", ["/gone"]], ["or", [*named, *patterns]]],
        "order_by": [[dimensions[-1], "desc"], [shuffled[0], "asc"]],
    }


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=anything_valid())
async def test_any_metric_by_any_dimensions_compiles_and_runs(shore, visit, question):
    if not hasattr(shore, "rows"):
        shore.rows = happenings(visit)
        shore.add(shore.rows)
    metrics = question.pop("metrics")
    days = ["2026-10-24", "2026-10-27"]
    response = await shore.answer(*metrics, date_range=days, include={"total_rows": True}, **question)
    assert response.status_code == 200, response.text
    assert response.json()["meta"]["total_rows"] == len(response.json()["results"])
