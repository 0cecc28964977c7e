"""The registry of metrics: one line a metric. Their expressions are in `sql/metrics.sql`."""

from enum import Enum

import msgspec


class Counted(Enum):
    """What a metric is counted on."""

    EVENTS = "events"
    VISITS = "visits"
    EITHER = "either"
    """Visits, unless the question names a dimension that only events have."""
    RESULT = "result"
    """Computed from other metrics of the result."""


class Metric(msgspec.Struct, frozen=True):
    """A number that can be asked for."""

    name: str
    counted: Counted
    needs_page: bool = False
    """Only with `event:page` as a dimension or in a filter."""
    needs_dimension: bool = False


_REGISTRY = (
    Metric("visitors", Counted.EITHER),
    Metric("visits", Counted.EITHER),
    Metric("pageviews", Counted.EVENTS),
    Metric("events", Counted.EVENTS),
    Metric("views_per_visit", Counted.VISITS),
    Metric("bounce_rate", Counted.VISITS),
    Metric("visit_duration", Counted.VISITS),
    Metric("scroll_depth", Counted.EVENTS, needs_page=True),
    Metric("time_on_page", Counted.EVENTS, needs_page=True),
    Metric("percentage", Counted.RESULT, needs_dimension=True),
)

METRICS = {metric.name: metric for metric in _REGISTRY}
