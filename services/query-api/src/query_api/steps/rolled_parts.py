"""The parts of a statement that reads roll-ups: one of builds, and of each run what visits and events say."""

from collections.abc import Callable
from datetime import timedelta
from functools import reduce

from query_api.dimensions import BUCKETS, Scope, dimension_named
from query_api.question import Question
from query_api.steps.bindings import Bindings
from query_api.steps.conditions import value_of
from query_api.steps.fragments import sql
from query_api.steps.parts import EVENTS, VISITS, grouped_by, shown, time_of
from query_api.steps.rollup_plan import (
    Plan,
    Run,
    bucket_name,
    first_of_bucket,
    midnight,
    rollup_named,
    seen_since,
    value_name,
)

_OF_EVENTS = {"pageviews", "events"}


def rolled_parts(question: Question, plan: Plan, bindings: Bindings) -> str:
    """The parts as one table of `d0`, `d1`, … and the sums that every metric of roll-ups is made of."""
    parts = [_of_builds(question, bindings)]
    for run in plan.runs:
        parts += [_of_run(question, run, rows, bindings) for rows in _rows(question)]
    return reduce(lambda first, second: sql("both", first=first, second=second), parts)


def _rows(question: Question) -> list[str]:
    if _is_by_event(question):
        return [EVENTS]
    return [VISITS, EVENTS] if _OF_EVENTS & set(question.metrics) else [VISITS]


def _is_by_event(question: Question) -> bool:
    dimension = dimension_named(value_name(question) or "")
    return dimension is not None and dimension.scope is Scope.EVENT


def _of_builds(question: Question, bindings: Bindings) -> str:
    def key(name: str) -> str:
        bucket, dimension = BUCKETS.get(name), dimension_named(name)
        if bucket is not None:
            return sql(bucket.number, clock=sql("rollup.clock", day=sql("rollup.day")))
        if dimension is None:
            raise LookupError(name)
        return shown(dimension, sql(f"rollup.{dimension.kind}"), bindings)

    first_of_bucket = sql(f"rollup.first.{bucket_name(question) or 'period'}")
    return sql(
        "rollup.days",
        keys=_keys(question, key),
        fresh=sql("rollup.fresh", first_of_bucket=first_of_bucket),
        dimension=bindings.text(rollup_named(value_name(question))),
        group=grouped_by(question.dimensions),
    )


def _of_run(question: Question, run: Run, rows: str, bindings: Bindings) -> str:
    since = bindings.instant(midnight(run.first, question))
    until = bindings.instant(midnight(run.last + timedelta(days=1), question))

    def key(name: str) -> str:
        bucket, dimension = BUCKETS.get(name), dimension_named(name)
        if bucket is not None:
            return time_of(bucket, rows, since, sql("last", until=until))
        if dimension is None:
            raise LookupError(name)
        return shown(dimension, value_of(dimension, bindings), bindings)

    return sql(
        f"run.{rows}",
        keys=_keys(question, key),
        since=since,
        until=until,
        group=grouped_by(question.dimensions),
        **_fresh(question, run, rows, since, bindings),
    )


def _keys(question: Question, expression_of: Callable[[str], str]) -> str:
    keys = [
        sql("key", expression=expression_of(name), place=str(place)) for place, name in enumerate(question.dimensions)
    ]
    return "".join(f"{key}, " for key in keys)


def _fresh(question: Question, run: Run, rows: str, since: str, bindings: Bindings) -> dict[str, str]:
    """Conditions of a visitor, and a visit, that nobody has counted on the days before the run."""
    if rows == EVENTS and not _is_by_event(question):
        return dict.fromkeys(("fresh_visitor", "fresh_visit"), sql("run.none"))
    if first_of_bucket(run.first, question) == run.first:
        return dict.fromkeys(("fresh_visitor", "fresh_visit"), sql("run.all"))
    dimension = dimension_named(value_name(question) or "")
    back = bindings.instant(midnight(seen_since(run, question), question))
    known = {
        "in_first_bucket": _in_first_bucket(question, run, bindings),
        "value": value_of(dimension, bindings) if dimension else sql("run.no_value"),
        "seen": sql(f"run.seen.{rows}", seen_since=back, since=since),
    }
    visit = (
        sql("run.begins", in_first_bucket=known["in_first_bucket"], since=since)
        if rows == VISITS
        else sql("run.not_seen", who=sql("run.visit"), **known)
    )
    return {"fresh_visitor": sql("run.not_seen", who=sql("run.visitor"), **known), "fresh_visit": visit}


def _in_first_bucket(question: Question, run: Run, bindings: Bindings) -> str:
    name = bucket_name(question)
    if name is None:
        return sql("run.all")
    day = sql("run.day", day=bindings.text(run.first.isoformat()))
    number = sql(BUCKETS[name].number, clock=sql("rollup.clock", day=day))
    return sql("run.in_first_bucket", place=str(question.dimensions.index(name)), number=number)
