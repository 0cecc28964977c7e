"""A request's JSON in, a checked question out; everything that is wrong is told at once, each with a JSON pointer.

The shapes are those of Plausible's Stats API v2.
"""

from datetime import date, datetime

import msgspec

from query_api.dimensions import AUTOMATIC_TIME, BUCKETS, GOAL, dimension_named
from query_api.metric_registry import METRICS
from query_api.problems import Complaints, invalid, shown
from query_api.question import Filter, Include, Order, Question
from query_api.steps.checks import check
from query_api.steps.date_range import DateRange, read_date_range, read_relative_to, resolve, trimmed
from query_api.steps.filters import FilterReader

_KEYS = {"site_id", "metrics", "date_range", "date", "dimensions", "filters", "order_by", "include", "pagination"}
_MAX_LIMIT = 10_000
_MAX_OFFSET = 10_000_000
_MAX_DIMENSIONS = 10
_HOURS_S, _DAYS_S, _WEEKS_S = 49 * 3_600, 41 * 86_400, 53 * 7 * 86_400


class Asked(msgspec.Struct, frozen=True):
    """A question whose site is only a name yet, and whose dates are not yet instants."""

    site: str
    date_range: DateRange
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = _MAX_LIMIT
    offset: int = 0
    include: Include = Include()


def json_to_asked(body: bytes) -> Asked:
    """A checked question from a request's body. Raises InvalidQuestionError with a pointer for all that is wrong."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid("#", "The body is not JSON") from error
    if not isinstance(value, dict):
        raise invalid("#", "The body is not a JSON object")
    complaints = Complaints()
    for key in value.keys() - _KEYS:
        complaints.add("#", f"Unknown key {shown(key)}")
    relative_to = read_relative_to(value.get("date"), complaints)
    metrics = _metrics(value.get("metrics"), complaints)
    dimensions = _dimensions(value.get("dimensions", []), complaints)
    limit, offset = _pagination(value.get("pagination", {}), complaints)
    asked = Asked(
        site=_site(value.get("site_id"), complaints),
        date_range=_range(value, relative_to, complaints),
        metrics=metrics,
        dimensions=dimensions,
        filters=FilterReader(complaints).read(value.get("filters", [])),
        order=_order(value.get("order_by", []), metrics, dimensions, complaints),
        limit=limit,
        offset=offset,
        include=_include(value.get("include", {}), dimensions, complaints),
    )
    complaints.settle()
    check(asked.metrics, asked.dimensions, asked.filters)
    return asked


def asked_to_question(asked: Asked, site_id: int, zone: str, now: datetime, first_day: date | None = None) -> Question:
    """The question of a known site at this time; `first_day` is needed for the range `all` only."""
    period = resolve(asked.date_range, zone, now, first_day)
    if asked.include.trim_relative_date_range and asked.date_range.name in ("day", "month", "year"):
        period = trimmed(period, now)
    length_s = (period.until - period.since).total_seconds()
    bucket = _automatic_bucket(length_s)
    dimensions = tuple(bucket if name == AUTOMATIC_TIME else name for name in asked.dimensions)
    if "time:minute" in dimensions and length_s > 30 * 3_600 + 1:
        place = dimensions.index("time:minute")
        raise invalid(f"#/dimensions/{place}", "time:minute is for ranges of up to 30 hours")
    order = tuple(Order(bucket if rank.key == AUTOMATIC_TIME else rank.key, rank.direction) for rank in asked.order)
    return Question(
        site_id=site_id,
        domain=asked.site,
        zone=zone,
        period=period,
        metrics=asked.metrics,
        dimensions=dimensions,
        filters=asked.filters,
        order=order or _usual_order(asked.metrics, dimensions),
        limit=asked.limit,
        offset=asked.offset,
        include=asked.include,
    )


def _automatic_bucket(length_s: float) -> str:
    if length_s < _HOURS_S:
        return "time:hour"
    if length_s < _DAYS_S:
        return "time:day"
    return "time:week" if length_s < _WEEKS_S else "time:month"


def _usual_order(metrics: tuple[str, ...], dimensions: tuple[str, ...]) -> tuple[Order, ...]:
    times = tuple(Order(name, "asc") for name in dimensions if name in BUCKETS)
    return (*times, Order(metrics[0], "desc"))


def _site(value: object, complaints: Complaints) -> str:
    if not isinstance(value, str) or not value:
        complaints.add("#/site_id", "Required: the site's domain")
        return ""
    return value.strip().lower().removeprefix("www.")


def _range(value: dict[str, object], relative_to: date | None, complaints: Complaints) -> DateRange:
    if "date_range" not in value:
        complaints.add("#/date_range", "Required")
        return DateRange(name="day")
    return read_date_range(value["date_range"], relative_to, complaints)


def _metrics(value: object, complaints: Complaints) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        complaints.add("#/metrics", "Required: a list of at least one metric")
        return ()
    for place, name in enumerate(value):
        if not isinstance(name, str) or name not in METRICS:
            complaints.add(f"#/metrics/{place}", f"Unknown metric {shown(name)}")
        elif name in value[:place]:
            complaints.add(f"#/metrics/{place}", f"{shown(name)} is asked twice")
    return tuple(name for name in value if isinstance(name, str) and name in METRICS)


def _dimensions(value: object, complaints: Complaints) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_DIMENSIONS:
        complaints.add("#/dimensions", f"A list of at most {_MAX_DIMENSIONS} dimensions")
        return ()
    times = 0
    for place, name in enumerate(value):
        pointer = f"#/dimensions/{place}"
        is_time = isinstance(name, str) and (name == AUTOMATIC_TIME or name in BUCKETS)
        times += is_time
        if name == GOAL:
            complaints.add(pointer, "event:goal is not supported")
        elif not is_time and (not isinstance(name, str) or dimension_named(name) is None):
            complaints.add(pointer, f"Unknown dimension {shown(name)}")
        elif name in value[:place]:
            complaints.add(pointer, f"{shown(name)} is asked twice")
        elif is_time and times > 1:
            complaints.add(pointer, "Only one dimension of time can be asked for")
    return tuple(name for name in value if isinstance(name, str))


def _order(
    value: object, metrics: tuple[str, ...], dimensions: tuple[str, ...], complaints: Complaints
) -> tuple[Order, ...]:
    if not isinstance(value, list):
        complaints.add("#/order_by", 'A list as [["visitors", "desc"]]')
        return ()
    ranks: list[Order] = []
    for place, entry in enumerate(value):
        match entry:
            case [str(key), "asc" | "desc" as direction]:
                if key not in metrics and key not in dimensions:
                    complaints.add(f"#/order_by/{place}/0", f"{shown(key)} is not a queried metric or dimension")
                ranks.append(Order(key, direction))
            case _:
                complaints.add(f"#/order_by/{place}", 'An entry is as ["visitors", "desc"]')
    return tuple(ranks)


def _pagination(value: object, complaints: Complaints) -> tuple[int, int]:
    if not isinstance(value, dict):
        complaints.add("#/pagination", 'An object as {"limit": 100, "offset": 0}')
        return _MAX_LIMIT, 0
    for key in value.keys() - {"limit", "offset"}:
        complaints.add("#/pagination", f"Unknown key {shown(key)}")
    limit, offset = value.get("limit", _MAX_LIMIT), value.get("offset", 0)
    if type(limit) is not int or not 1 <= limit <= _MAX_LIMIT:
        complaints.add("#/pagination/limit", f"A whole number from 1 to {_MAX_LIMIT}")
    if type(offset) is not int or not 0 <= offset <= _MAX_OFFSET:
        complaints.add("#/pagination/offset", f"A whole number from 0 to {_MAX_OFFSET}")
    return limit, offset


def _include(value: object, dimensions: tuple[str, ...], complaints: Complaints) -> Include:
    if not isinstance(value, dict):
        complaints.add("#/include", 'An object as {"time_labels": true}')
        return Include()
    for key, wanted in value.items():
        if key not in Include.__struct_fields__:
            complaints.add("#/include", f"Unknown key {shown(key)}")
        elif not isinstance(wanted, bool):
            complaints.add(f"#/include/{key}", "Either true or false")
    has_time = any(name == AUTOMATIC_TIME or name in BUCKETS for name in dimensions)
    if value.get("time_labels") is True and not has_time:
        complaints.add("#/include/time_labels", "Requires a time dimension")
    return Include(**{key: wanted is True for key, wanted in value.items() if key in Include.__struct_fields__})
