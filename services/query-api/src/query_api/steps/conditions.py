"""Filters in, a condition out: over events, or over visits. Clauses are bound, never written into the text."""

from collections.abc import Sequence

from query_api.dimensions import Dimension, Scope, dimension_named
from query_api.question import Filter, Junction, Leaf, Negation, leaves
from query_api.steps.bindings import Bindings
from query_api.steps.fragments import sql


def dimension_of(leaf: Leaf) -> Dimension:
    """The dimension that a checked leaf names."""
    found = dimension_named(leaf.dimension)
    if found is None:
        raise LookupError(leaf.dimension)
    return found


def names_events(part: Filter) -> bool:
    """Whether a filter can only be decided by looking at single events."""
    return any(dimension_of(leaf).scope is Scope.EVENT for leaf in leaves((part,)))


def names_finished_visits(filters: Sequence[Filter]) -> bool:
    """Whether any filter asks what is known of a visit only once it is over."""
    return any(dimension_of(leaf).scope is Scope.VISIT_ONLY for leaf in leaves(tuple(filters)))


def renamed(part: Filter, names: dict[str, str]) -> Filter:
    """The filter with dimensions renamed."""
    match part:
        case Leaf():
            name = names.get(part.dimension, part.dimension)
            return Leaf(part.operator, name, part.clauses, part.case_sensitive, part.pointer)
        case Junction():
            return Junction(part.operator, tuple(renamed(inner, names) for inner in part.parts))
        case Negation():
            return Negation(renamed(part.part, names))


def value_of(dimension: Dimension, bindings: Bindings) -> str:
    """The expression that reads a dimension's value."""
    if dimension.kind == "prop":
        return sql("prop", prop=bindings.text(dimension.prop))
    bindings.use_names(dimension.kind)
    return sql(dimension.kind, column=dimension.column)


def condition(filters: Sequence[Filter], bindings: Bindings) -> str:
    """The condition that all filters hold."""
    return joined("and", [_condition(part, bindings) for part in filters])


def _condition(part: Filter, bindings: Bindings) -> str:
    match part:
        case Leaf():
            return _comparison(part, bindings)
        case Junction():
            return joined(part.operator, [_condition(inner, bindings) for inner in part.parts])
        case Negation():
            return sql("not", part=_condition(part.part, bindings))


def joined(operator: str, conditions: Sequence[str]) -> str:
    """Conditions under `and` or `or`; what always holds where there are none."""
    if not conditions:
        return sql("everything")
    whole, *rest = conditions
    for part in rest:
        whole = sql(operator, left=whole, right=part)
    return whole


def _comparison(leaf: Leaf, bindings: Bindings) -> str:
    dimension = dimension_of(leaf)
    operator = leaf.operator.removesuffix("_not")
    value = value_of(dimension, bindings)
    if dimension.kind == "number":
        value = sql("text", column=value)
    clauses = leaf.clauses
    if operator == "is":
        clauses = tuple(dimension.stored(clause) for clause in clauses)
    fragment = operator if leaf.case_sensitive else f"{operator}.any_case"
    compared = sql(fragment, value=value, clauses=bindings.texts(clauses))
    return sql("not", part=compared) if leaf.operator != operator else compared
