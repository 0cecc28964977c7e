"""Which questions roll-ups answer, and from which builds; the days that have none make runs, read from plain rows."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from query_api.dimensions import BUCKETS, Scope, dimension_named
from query_api.metric_registry import METRICS
from query_api.question import Question

EVERYTHING = "all"
"""The roll-up without a dimension."""

_DAY, _WEEK, _MONTH = "time:day", "time:week", "time:month"
_METRICS = {
    Scope.EVENT: {"visitors", "visits", "pageviews", "events", "percentage"},
    Scope.VISIT: METRICS.keys() - {"scroll_depth", "time_on_page"},
    Scope.VISIT_ONLY: METRICS.keys() - {"scroll_depth", "time_on_page", "pageviews", "events"},
}
_KINDS = {"text", "number"}
"""Names of places are none: two regions may share one, and their visitors with it."""

_LEAST_DAYS = 2
_MOST_RUNS = 3
_SEEN_DAYS = 3
"""A live visitor's hash is 48 hours old at most."""


class Run(msgspec.Struct, frozen=True):
    """Days of the site's wall clock, from the first to the last, both included."""

    first: date
    last: date


class Plan(msgspec.Struct, frozen=True):
    """The builds to read, and the runs of days to read from plain rows."""

    builds: tuple[int, ...]
    runs: tuple[Run, ...]


def bucket_name(question: Question) -> str | None:
    """The question's dimension of time, where it has one."""
    return next((name for name in question.dimensions if name in BUCKETS), None)


def value_name(question: Question) -> str | None:
    """The first of its other dimensions, where it has one."""
    return next((name for name in question.dimensions if name not in BUCKETS), None)


def is_rolled_up(question: Question) -> bool:
    """Whether roll-ups hold all that is asked for: whole days, no filter, at most one dimension beside time."""
    days = (question.period.last.date() - question.period.first.date()).days + 1
    if question.filters or days < _LEAST_DAYS or not _is_of_whole_days(question):
        return False
    if len([name for name in question.dimensions if name not in BUCKETS]) > 1:
        return False
    return bucket_name(question) in (None, _DAY, _WEEK, _MONTH) and set(question.metrics) <= _metrics(question)


def rollups_of(question: Question) -> tuple[str, ...]:
    """The roll-ups that are read for a question that is rolled up."""
    own = rollup_named(value_name(question))
    return (own, EVERYTHING) if "percentage" in question.metrics and own != EVERYTHING else (own,)


def rollup_named(dimension: str | None) -> str:
    """The roll-up of a dimension: its column."""
    found = dimension_named(dimension) if dimension else None
    return found.column if found else EVERYTHING


def plan(question: Question, builds: Sequence[Sequence[object]]) -> Plan | None:
    """How to read a question from builds (day, number); None where it is simpler to read plain rows."""
    built = {date.fromisoformat(str(day)): int(str(build)) for day, build in builds}
    runs = tuple(_runs(question, built.keys()))
    return Plan(tuple(built.values()), runs) if built and len(runs) <= _MOST_RUNS else None


def first_of_bucket(day: date, question: Question) -> date:
    """The first day, within the period, of the bucket of time that a day is in; of the period where there is none."""
    first = question.period.first.date()
    match bucket_name(question):
        case "time:day":
            return day
        case "time:week":
            return max(day - timedelta(days=day.weekday()), first)
        case "time:month":
            return max(day.replace(day=1), first)
        case _:
            return first


def seen_since(run: Run, question: Question) -> date:
    """From when on visitors of a run's first bucket may have been counted before the run."""
    return max(first_of_bucket(run.first, question), run.first - timedelta(days=_SEEN_DAYS))


def midnight(day: date, question: Question) -> datetime:
    """The first instant of a day in the site's zone, UTC."""
    return datetime.combine(day, time(), question.period.first.tzinfo).astimezone(UTC)


def _metrics(question: Question) -> set[str]:
    name = value_name(question)
    found = dimension_named(name) if name else None
    if found is None:
        return _METRICS[Scope.VISIT] if name is None else set()
    return _METRICS[found.scope] if found.kind in _KINDS else set()


def _is_of_whole_days(question: Question) -> bool:
    first, last = question.period.first.date(), question.period.last.date()
    ends = midnight(first, question), midnight(last + timedelta(days=1), question)
    return ends == (question.period.since, question.period.until)


def _runs(question: Question, built: Collection[date]) -> Iterator[Run]:
    first: date | None = None
    day, last = question.period.first.date(), question.period.last.date()
    while day <= last:
        if day in built and first is not None:
            yield Run(first, day - timedelta(days=1))
            first = None
        elif day not in built and first is None:
            first = day
        day += timedelta(days=1)
    if first is not None:
        yield Run(first, last)
