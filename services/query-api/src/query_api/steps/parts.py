"""The parts of a statement: what is counted on events, and what on visits, each grouped by the same dimensions."""

from collections.abc import Sequence

import msgspec

from query_api.dimensions import BUCKETS, MINUTE, Dimension, Scope, TimeBucket, dimension_named
from query_api.metric_registry import METRICS, Counted
from query_api.question import Filter, Leaf, Question, leaves
from query_api.steps.bindings import Bindings
from query_api.steps.conditions import (
    condition,
    joined,
    names_events,
    names_finished_visits,
    renamed,
    value_of,
)
from query_api.steps.fragments import sql

EVENTS = "events"
VISITS = "visits"


class Side(msgspec.Struct, frozen=True):
    """The metrics that are counted on one kind of rows, `events` or `visits`."""

    rows: str
    metrics: tuple[str, ...]


def sides_of(question: Question) -> tuple[Side, ...]:
    """The question's metrics by what they are counted on; one side, or both."""
    either = EVENTS if _is_by_event(question) else VISITS
    rows_of = {Counted.EVENTS: EVENTS, Counted.VISITS: VISITS, Counted.EITHER: either}
    wanted = dict.fromkeys(question.metrics)
    if any(METRICS[name].counted is Counted.RESULT for name in wanted):
        wanted["visitors"] = None
    counted = {name: rows_of[METRICS[name].counted] for name in wanted if METRICS[name].counted in rows_of}
    sides = (Side(rows, tuple(name for name, on in counted.items() if on == rows)) for rows in (EVENTS, VISITS))
    return tuple(side for side in sides if side.metrics)


def parts_of(question: Question, sides: Sequence[Side], dimensions: Sequence[str], bindings: Bindings) -> str:
    """The parts' statements as one table of `d0`, `d1`, …, `m_<metric>`, …, and `m_present` (1 where events count)."""
    metrics = [name for side in sides for name in side.metrics]
    first, *rest = [_part(question, side, metrics, dimensions, bindings) for side in sides]
    return sql("both", first=first, second=rest[0]) if rest else first


def grouped_by(dimensions: Sequence[str]) -> str:
    """The clause that groups by the dimensions' columns; empty where there are none."""
    keys = ", ".join(f"d{place}" for place in range(len(dimensions)))
    return sql("group", keys=keys) if keys else ""


def joins_pages(question: Question, sides: Sequence[Side]) -> bool:
    """Whether rows of visits are joined to rows of events by a dimension that is not quite the same for both."""
    return len(sides) > 1 and any(_scope(name) is Scope.EVENT for name in question.dimensions)


def _is_by_event(question: Question) -> bool:
    return any(_scope(name) is Scope.EVENT for name in question.dimensions) or any(
        names_events(part) for part in question.filters
    )


def _scope(name: str) -> Scope | None:
    dimension = dimension_named(name)
    return dimension.scope if dimension else None


def _part(question: Question, side: Side, metrics: Sequence[str], dimensions: Sequence[str], bindings: Bindings) -> str:
    if side.rows == EVENTS:
        source, where = _of_events(question.filters, dimensions, bindings)
    else:
        source, where = _of_visits(question.filters, dimensions, bindings)
    entered = _entered(question.filters, dimensions, bindings)
    columns = [
        *(_key(name, place, side, bindings) for place, name in enumerate(dimensions)),
        *(_metric(name, side, entered) for name in metrics),
        sql("present", present=str(int(side.rows == EVENTS))),
    ]
    return sql("part", columns=", ".join(columns), source=source, where=where, group=grouped_by(dimensions))


def _of_events(filters: Sequence[Filter], dimensions: Sequence[str], bindings: Bindings) -> tuple[str, str]:
    where = [sql("period"), condition(filters, bindings)]
    if "event:name" in {*dimensions, *(leaf.dimension for leaf in leaves(tuple(filters)))}:
        where.append(sql("without_engagement"))
    finished = any(_scope(name) is Scope.VISIT_ONLY for name in dimensions) or names_finished_visits(filters)
    source = sql("events_of_visits", visits=sql("visits")) if finished else sql("events")
    return source, joined("and", where)


def _of_visits(filters: Sequence[Filter], dimensions: Sequence[str], bindings: Bindings) -> tuple[str, str]:
    names = _entry_names(dimensions)
    filters = [renamed(part, names) for part in filters]
    where = [condition([part for part in filters if not names_events(part)], bindings)]
    by_event = [part for part in filters if names_events(part)]
    if by_event:
        source, such = _of_events(by_event, (), bindings)
        bucket = next(((place, BUCKETS[name]) for place, name in enumerate(dimensions) if name in BUCKETS), None)
        if bucket is None:
            where.append(sql("has_such_event", source=source, where=such))
        else:
            then = _time(bucket[1], EVENTS)
            where.append(sql("has_such_event_then", source=source, where=such, place=str(bucket[0]), bucket=then))
    return sql("visits"), joined("and", where)


def _entry_names(dimensions: Sequence[str]) -> dict[str, str]:
    """Dimensions of events that visits are grouped by, to the dimension of where the visit entered."""
    entries = {"event:page": "visit:entry_page", "event:hostname": "visit:entry_page_hostname"}
    return {name: entries[name] for name in dimensions if name in entries}


def _entered(filters: Sequence[Filter], dimensions: Sequence[str], bindings: Bindings) -> str:
    """The visits that a bounce rate counts: under a filter on pages, those that entered on such a page."""
    pages = [
        renamed(part, {"event:page": "visit:entry_page"})
        for part in filters
        if isinstance(part, Leaf) and part.dimension == "event:page" and part.dimension not in dimensions
    ]
    return condition(pages, bindings)


def _metric(name: str, side: Side, entered: str) -> str:
    if name not in side.metrics:
        return sql("absent", name=name)
    expression = f"{side.rows}.{name}"
    return sql("metric", expression=sql(expression, entered=entered), name=name)


def _key(name: str, place: int, side: Side, bindings: Bindings) -> str:
    bucket = BUCKETS.get(name)
    if bucket is not None:
        return sql("key", expression=_time(bucket, side.rows), place=str(place))
    dimension = dimension_named(_entry_names([name]).get(name, name) if side.rows == VISITS else name)
    if dimension is None:
        raise LookupError(name)
    return sql("key", expression=shown(dimension, value_of(dimension, bindings), bindings), place=str(place))


def shown(dimension: Dimension, value: str, bindings: Bindings) -> str:
    """The expression of a value as results have it, with a word where it is empty."""
    if dimension.kind == "number":
        return value
    return sql("shown", value=value, empty=bindings.text(dimension.empty))


def time_of(bucket: TimeBucket, rows: str, since: str, last: str) -> str:
    """The number of the bucket that an event is in, or of each that a visit is in between two instants."""
    if rows == EVENTS:
        return _number(bucket, "timestamp")
    first, last = sql("first_of_visit", since=since), sql("last_of_visit", last=last)
    if bucket.name == MINUTE:
        return sql("minutes_of_visit", bucket=_number(bucket, sql("minute_start")), first=first, last=last)
    return sql("buckets_of_visit", first=_number(bucket, first), last=_number(bucket, last))


def _time(bucket: TimeBucket, rows: str) -> str:
    return time_of(bucket, rows, sql("since"), sql("last", until=sql("until")))


def _number(bucket: TimeBucket, instant: str) -> str:
    return sql(bucket.number, clock=sql("wall_clock", instant=instant))
