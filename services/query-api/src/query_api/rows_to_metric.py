"""The engine's rows in, the answer of Plausible's Stats API v2 out: results, meta, and the question as understood."""

from collections.abc import Sequence
from datetime import datetime

from query_api.dimensions import BUCKETS
from query_api.question import Filter, Junction, Leaf, Negation, Period, Question
from query_api.steps.time_labels import time_labels

Row = Sequence[object]
Json = dict[str, object]


def rows_to_metric(question: Question, rows: Sequence[Row], total_rows: int | None = None) -> Json:
    """The answer as JSON; `total_rows` is given where the question includes it."""
    width = len(question.dimensions)
    results = [{"metrics": list(row[width:]), "dimensions": list(row[:width])} for row in rows]
    return {"results": results, "meta": _meta(question, total_rows), "query": _understood(question)}


def _meta(question: Question, total_rows: int | None) -> Json:
    meta: Json = {}
    if question.include.imports:
        meta["imports_included"] = True
    bucket = next((name for name in question.dimensions if name in BUCKETS), None)
    if question.include.time_labels and bucket is not None:
        meta["time_labels"] = time_labels(bucket, question.period)
    if total_rows is not None:
        meta["total_rows"] = total_rows
    return meta


def _understood(question: Question) -> Json:
    return {
        "site_id": question.domain,
        "metrics": list(question.metrics),
        "date_range": _range(question.period, question.zone),
        "filters": [_filter(part) for part in question.filters],
        "dimensions": list(question.dimensions),
        "order_by": [[rank.key, rank.direction] for rank in question.order],
        "include": {name: getattr(question.include, name) for name in question.include.__struct_fields__},
        "pagination": {"limit": question.limit, "offset": question.offset},
    }


def _range(period: Period, zone: str) -> list[str]:
    return [_instant(period.first, zone), _instant(period.last, zone)]


def _instant(instant: datetime, zone: str) -> str:
    text = instant.isoformat()
    return text.replace("+00:00", "Z") if zone in ("Etc/UTC", "UTC") else text


def _filter(part: Filter) -> list[object]:
    match part:
        case Leaf():
            clauses = [int(c) if part.dimension == "visit:city" and c.isdigit() else c for c in part.clauses]
            modifiers = [] if part.case_sensitive else [{"case_sensitive": False}]
            return [part.operator, part.dimension, clauses, *modifiers]
        case Junction():
            return [part.operator, [_filter(inner) for inner in part.parts]]
        case Negation():
            return ["not", _filter(part.part)]
