"""Python types that carry the ClickHouse type of their column, so that a column is written down once."""

from typing import Annotated, get_type_hints

from msgspec import Meta


def _column(kind: str) -> Meta:
    return Meta(extra={"clickhouse": kind})


UInt8 = Annotated[int, _column("UInt8")]
UInt16 = Annotated[int, _column("UInt16")]
UInt32 = Annotated[int, _column("UInt32")]
UInt64 = Annotated[int, _column("UInt64")]
Int64 = Annotated[int, _column("Int64")]
Flag = Annotated[bool, _column("Bool")]
Text = Annotated[str, _column("String")]
Word = Annotated[str, _column("LowCardinality(String)")]
"""Text whose values recur (a dictionary per part; a page of a large site as much as a country)."""
TimeMs = Annotated[int, _column("DateTime64(3, 'UTC')")]
"""Unix milliseconds."""
TimeS = Annotated[int, _column("DateTime('UTC')")]
"""Unix seconds."""
Money = Annotated[str, _column("String")]
"""Decimal text as it was given, empty where there is none."""
Props = Annotated[dict[str, str], _column("Map(LowCardinality(String), String)")]


def columns_of(shape: type) -> dict[str, str]:
    """Field name to ClickHouse type, in the order of the class's fields."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: hint.__metadata__[0].extra["clickhouse"] for name, hint in hints.items()}
