"""Filters: the JSON of Plausible's Stats API v2 in, trees of checked leaves out."""

from collections.abc import Sequence

from query_api.dimensions import GOAL, NOT_SET, Dimension, dimension_named
from query_api.problems import Complaints, shown
from query_api.question import Filter, Junction, Leaf, Negation

_OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not")
_PATTERNS = ("matches", "matches_not")
_MAX_DEPTH = 8
_MAX_LEAVES = 60
_MAX_CLAUSES = 500
_MAX_CLAUSE_CHARS = 2_000
_COUNTRY_CODE_CHARS = 2
_PAIR, _LEAF, _LEAF_WITH_MODIFIERS = 2, 3, 4


class FilterReader:
    """Reads the filters of one question, and counts their leaves."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._leaves = 0

    def read(self, value: object, pointer: str = "#/filters", depth: int = 0) -> tuple[Filter, ...]:
        """A list of filters; what is wrong goes to the complaints and is left out."""
        if not isinstance(value, list):
            self._complaints.add(pointer, "Filters are a list")
            return ()
        found = (self._filter(part, f"{pointer}/{place}", depth) for place, part in enumerate(value))
        return tuple(part for part in found if part is not None)

    def _filter(self, value: object, pointer: str, depth: int) -> Filter | None:
        if depth > _MAX_DEPTH:
            self._complaints.add(pointer, f"Filters are nested deeper than {_MAX_DEPTH}")
            return None
        match value:
            case ["and" | "or" as operator, parts]:
                inner = self.read(parts, f"{pointer}/1", depth + 1)
                if parts == []:
                    self._complaints.add(f"{pointer}/1", f"`{operator}` needs at least one filter")
                return Junction(operator, inner) if inner else None
            case ["not", part]:
                negated = self._filter(part, f"{pointer}/1", depth + 1)
                return Negation(negated) if negated is not None else None
            case ["has_done" | "has_not_done" as operator, *_]:
                self._complaints.add(f"{pointer}/0", f"`{operator}` is not supported")
            case [str(operator), *_] if operator in _OPERATORS:
                return self._leaf(value, operator, pointer)
            case [operator, *_]:
                self._complaints.add(f"{pointer}/0", f"Unknown operator {shown(operator)}")
            case _:
                self._complaints.add(pointer, "A filter is a list as [operator, dimension, clauses]")
        return None

    def _leaf(self, value: Sequence[object], operator: str, pointer: str) -> Leaf | None:
        self._leaves += 1
        if self._leaves == _MAX_LEAVES + 1:
            self._complaints.add("#/filters", f"More than {_MAX_LEAVES} filters")
        if not _LEAF <= len(value) <= _LEAF_WITH_MODIFIERS:
            self._complaints.add(pointer, "A filter is a list as [operator, dimension, clauses]")
            return None
        dimension = self._dimension(value[1], f"{pointer}/1")
        if dimension is None:
            return None
        clauses = self._clauses(value[2], operator, dimension, f"{pointer}/2")
        case_sensitive = True
        if len(value) == _LEAF_WITH_MODIFIERS:
            case_sensitive = self._modifiers(value[3], operator, f"{pointer}/3")
        return Leaf(operator, dimension.name, clauses, case_sensitive, pointer)

    def _dimension(self, value: object, pointer: str) -> Dimension | None:
        found = dimension_named(value) if isinstance(value, str) else None
        if found is None:
            self._complaints.add(pointer, _why_not(value))
        return found

    def _clauses(self, value: object, operator: str, dimension: Dimension, pointer: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self._complaints.add(pointer, "Clauses are a list of at least one value")
            return ()
        if len(value) > _MAX_CLAUSES:
            self._complaints.add(pointer, f"More than {_MAX_CLAUSES} clauses")
            return ()
        return tuple(
            self._clause(clause, operator, dimension, f"{pointer}/{place}") for place, clause in enumerate(value)
        )

    def _clause(self, value: object, operator: str, dimension: Dimension, pointer: str) -> str:
        if dimension.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            self._complaints.add(pointer, f"{shown(value)} is not a text")
            return ""
        if len(value) > _MAX_CLAUSE_CHARS:
            self._complaints.add(pointer, f"Longer than {_MAX_CLAUSE_CHARS} characters")
        if not _is_encodable(value):
            self._complaints.add(pointer, "Not a text of Unicode")
            return ""
        is_code = len(value) == _COUNTRY_CODE_CHARS or value in ("", NOT_SET)
        if dimension.name == "visit:country" and operator in ("is", "is_not") and not is_code:
            self._complaints.add(pointer, "visit:country needs a 2-letter country code")
        return value

    def _modifiers(self, value: object, operator: str, pointer: str) -> bool:
        match value:
            case {"case_sensitive": bool(case_sensitive), **others} if not others:
                if operator in _PATTERNS:
                    self._complaints.add(pointer, f"case_sensitive is not allowed with `{operator}`")
                return case_sensitive
            case {} if value == {}:
                return True
        self._complaints.add(pointer, 'Modifiers are as {"case_sensitive": false}')
        return True


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _why_not(value: object) -> str:
    if value == GOAL:
        return "event:goal is not supported"
    if value == "segment":
        return "Segments are not supported"
    if isinstance(value, str) and value.startswith("time"):
        return "Time dimensions cannot be filtered on; set date_range instead"
    return f"Unknown dimension {shown(value)}"
