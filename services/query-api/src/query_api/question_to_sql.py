"""The compiler: a question in, one statement out. Metrics are counted on events, on visits, or on both and joined.

Which visits and visitors belong to a period, and what a filter on events says of a visit, is told in
docs/specs/query-api.md; the statements stand in `sql/`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from query_api.dimensions import BUCKETS, HOUR
from query_api.metric_registry import METRICS
from query_api.question import Question
from query_api.steps.bindings import Bindings, Value
from query_api.steps.conditions import joined
from query_api.steps.fragments import sql
from query_api.steps.parts import Side, grouped_by, joins_pages, parts_of, sides_of
from query_api.steps.rolled_parts import rolled_parts
from query_api.steps.rollup_plan import Plan, midnight, rollups_of
from query_api.steps.time_labels import skipped_hours

PlaceNames = Mapping[str, Mapping[str, str]]
"""For the kinds `country_name` and `region_name`: the code of a place to its name."""


class Statement(msgspec.Struct, frozen=True):
    """SQL with placeholders, and their values."""

    sql: str
    parameters: dict[str, Value]


def question_to_sql(question: Question, place_names: PlaceNames, plan: Plan | None = None) -> Statement:
    """The statement whose rows are the question's results: dimensions first, then metrics; by roll-ups with a plan."""
    bindings = _bindings(question, place_names, plan)
    keys = [_result_key(name, place) for place, name in enumerate(question.dimensions)]
    if plan is None:
        sides = sides_of(question)
        results = [_result(name, question, sides, bindings) for name in question.metrics]
    else:
        results = [_rolled_result(name, question, plan, bindings) for name in question.metrics]
    text = sql(
        "answer", columns=", ".join([*keys, *results]), order=_order(question), **_grouped(question, plan, bindings)
    )
    return Statement(text, bindings.used_in(text))


def question_to_count(question: Question, place_names: PlaceNames, plan: Plan | None = None) -> Statement:
    """The statement whose one value is how many rows the question has on all pages together."""
    bindings = _bindings(question, place_names, plan)
    text = sql("count", **_grouped(question, plan, bindings))
    return Statement(text, bindings.used_in(text))


def builds_statement(question: Question) -> Statement:
    """The statement whose rows are the builds that a question may be answered from: day and number."""
    text = sql("rollup.builds")
    return Statement(text, _bindings(question, {}).used_in(text))


def imported_statement(question: Question, plan: Plan) -> Statement:
    """The statement whose one value is how many imported events the runs of a plan have."""
    bindings = _bindings(question, {})
    spans = [
        sql(
            "rollup.span",
            since=bindings.instant(midnight(run.first, question)),
            until=bindings.instant(midnight(run.last + timedelta(days=1), question)),
        )
        for run in plan.runs
    ]
    text = sql("rollup.imported", spans=joined("or", spans))
    return Statement(text, bindings.used_in(text))


def first_day_statement(site_id: int) -> Statement:
    """The statement whose one value, if any, is the time of a site's first event, in Unix milliseconds."""
    return Statement(sql("first_day"), {"site": site_id})


def patterns_statement(patterns: list[str]) -> Statement:
    """A statement that fails where one of the patterns is no regular expression."""
    return Statement(sql("patterns"), {"patterns": patterns})


def _grouped(question: Question, plan: Plan | None, bindings: Bindings) -> dict[str, str]:
    group = grouped_by(question.dimensions)
    if plan is not None:
        return {"parts": rolled_parts(question, plan, bindings), "group": group, "having": ""}
    sides = sides_of(question)
    parts = parts_of(question, sides, question.dimensions, bindings)
    return {"parts": parts, "group": group, "having": _having(question, sides)}


def _rolled_result(name: str, question: Question, plan: Plan, bindings: Bindings) -> str:
    everyone = msgspec.structs.replace(question, dimensions=())
    whole = {"everyone": rolled_parts(everyone, plan, bindings)} if name == "percentage" else {}
    return sql("rolled.result", expression=sql(f"rolled.{name}", **whole), name=name)


def _bindings(question: Question, place_names: PlaceNames, plan: Plan | None = None) -> Bindings:
    fixed: dict[str, Value] = {
        "site": question.site_id,
        "since": f"{question.period.since:%Y-%m-%d %H:%M:%S}.000",
        "until": f"{question.period.until:%Y-%m-%d %H:%M:%S}.000",
        "zone": question.zone,
        "skipped_hours": skipped_hours(question.period),
        "first_day": question.period.first.date().isoformat(),
        "last_day": question.period.last.date().isoformat(),
        "rollups": list(rollups_of(question)),
        "builds": list(plan.builds) if plan else [],
        "limit": question.limit,
        "offset": question.offset,
    }
    return Bindings(fixed, place_names)


def _result(name: str, question: Question, sides: Sequence[Side], bindings: Bindings) -> str:
    if name != "percentage":
        return sql("result.metric", name=name)
    rows = next(side.rows for side in sides if "visitors" in side.metrics)
    everyone = parts_of(question, (Side(rows, ("visitors",)),), (), bindings)
    return sql("result.percentage", everyone=everyone)


def _result_key(name: str, place: int) -> str:
    bucket = BUCKETS.get(name)
    if bucket is None:
        return sql("result.key", place=str(place))
    return sql("result.time", label=sql(bucket.label, number=f"d{place}"), place=str(place))


def _having(question: Question, sides: Sequence[Side]) -> str:
    conditions = [sql("has_events")] if joins_pages(question, sides) else []
    if HOUR in question.dimensions and skipped_hours(question.period):
        conditions.append(sql("not_skipped", place=str(question.dimensions.index(HOUR))))
    return sql("having", condition=joined("and", conditions)) if conditions else ""


def _order(question: Question) -> str:
    """The order asked for, then all dimensions, so that pages of the results never overlap."""
    if not question.dimensions:
        return ""
    ranks = [sql(rank.direction, column=_column(rank.key, question)) for rank in question.order]
    ranks += [sql("asc", column=_column(name, question)) for name in question.dimensions]
    return sql("order", ranks=", ".join(ranks))


def _column(key: str, question: Question) -> str:
    return f"r_{key}" if key in METRICS else f"d{question.dimensions.index(key)}"
