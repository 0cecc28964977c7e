"""A question as the compiler takes it: everything checked, dates resolved to instants, nothing left to decide."""

from datetime import UTC, datetime, timedelta

import msgspec


class Leaf(msgspec.Struct, frozen=True):
    """One comparison of a dimension with any of the clauses; `pointer` says where the asker wrote it."""

    operator: str
    dimension: str
    clauses: tuple[str, ...]
    case_sensitive: bool = True
    pointer: str = ""


class Junction(msgspec.Struct, frozen=True):
    """`and` or `or` over one filter or more."""

    operator: str
    parts: tuple["Filter", ...]


class Negation(msgspec.Struct, frozen=True):
    """What the part does not choose."""

    part: "Filter"


Filter = Leaf | Junction | Negation


def leaves(filters: tuple[Filter, ...]) -> list[Leaf]:
    """Every leaf of the trees, from left to right."""
    found: list[Leaf] = []
    for part in filters:
        match part:
            case Leaf():
                found.append(part)
            case Junction():
                found.extend(leaves(part.parts))
            case Negation():
                found.extend(leaves((part.part,)))
    return found


class Period(msgspec.Struct, frozen=True):
    """From the first to the last second, both included and both in the site's time zone."""

    first: datetime
    last: datetime

    @property
    def since(self) -> datetime:
        """The first instant, UTC."""
        return self.first.astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first instant after the period, UTC."""
        return self.last.astimezone(UTC) + timedelta(seconds=1)


class Order(msgspec.Struct, frozen=True):
    """One rank of the order: a metric or dimension of the question, and `asc` or `desc`."""

    key: str
    direction: str


class Include(msgspec.Struct, frozen=True):
    """What else the answer shall hold."""

    imports: bool = False
    time_labels: bool = False
    total_rows: bool = False
    trim_relative_date_range: bool = False


class Question(msgspec.Struct, frozen=True):
    """What to count for which site, by what, of what, when, and in which order."""

    site_id: int
    domain: str
    zone: str
    period: Period
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = 10_000
    offset: int = 0
    include: Include = Include()
