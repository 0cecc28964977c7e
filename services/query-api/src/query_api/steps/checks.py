"""What parts of a question, each right by itself, must not be asked together; raises with a pointer."""

from collections.abc import Sequence

from query_api.dimensions import Scope, dimension_named
from query_api.metric_registry import METRICS, Counted
from query_api.problems import Complaints
from query_api.question import Filter, leaves

_ENTRY_STANDS_IN = ("event:page", "event:hostname")
"""Metrics of visits by these are those of the visits that entered there."""


def check(metrics: Sequence[str], dimensions: Sequence[str], filters: tuple[Filter, ...]) -> None:
    """Return where the parts fit together. Raises InvalidQuestionError."""
    complaints = Complaints()
    by_page = "event:page" in (*dimensions, *(leaf.dimension for leaf in leaves(filters)))
    for place, name in enumerate(metrics):
        metric = METRICS[name]
        if metric.needs_page and not by_page:
            complaints.add(f"#/metrics/{place}", f"`{name}` needs event:page as a dimension or in a filter")
        if metric.needs_dimension and not dimensions:
            complaints.add(f"#/metrics/{place}", f"`{name}` needs a dimension")
        if metric.counted is Counted.VISITS:
            _check_visits(place, name, dimensions, complaints)
    complaints.settle()


def _check_visits(place: int, metric: str, dimensions: Sequence[str], complaints: Complaints) -> None:
    for name in dimensions:
        dimension = dimension_named(name)
        if dimension and dimension.scope is Scope.EVENT and name not in _ENTRY_STANDS_IN:
            complaints.add(
                f"#/metrics/{place}",
                f"Session metric(s) `{metric}` cannot be queried along with event dimension(s) `{name}`",
            )
