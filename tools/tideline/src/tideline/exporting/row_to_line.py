"""Row to line: an event as the table holds it in, a line that an import takes out; pure."""

from collections.abc import Sequence
from typing import Any

import msgspec
from contract.event import NO_SCROLL_DEPTH

from tideline.event_line import EventLine, timestamp_text


class ExportRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The columns of `export_events.sql`, in its order."""

    timestamp_ms: int
    visitor: int
    name: str
    hostname: str
    page: str
    referrer: str
    source: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_content: str
    utm_term: str
    click_id: str
    country: str
    region: str
    region2: str
    city: int
    city_name: str
    device: str
    os: str
    os_version: str
    browser: str
    browser_version: str
    screen_width: int
    props: dict[str, str]
    scroll_depth: int
    engagement_ms: int
    revenue_amount: str
    revenue_currency: str
    interactive: bool


_TRANSLATED = {"timestamp", "visitor", "source", "scroll_depth"}
_SAME = tuple(name for name in EventLine.__struct_fields__ if name not in _TRANSLATED)


class Labels:
    """Visitors' labels by first appearance, `v1`, `v2` and so on: they tell no hash, at some 100 bytes a visitor."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def of(self, visitor: int) -> str:
        """The label of a visitor's hash."""
        return f"v{self._numbers.setdefault(visitor, len(self._numbers) + 1)}"


def line_of(values: Sequence[Any], labels: Labels) -> EventLine:
    """A row's values as a line."""
    row = ExportRow(*values)
    # without the key an import would look for a source itself
    tells_source = row.source or row.referrer or row.utm_source or row.click_id
    return EventLine(
        timestamp=timestamp_text(row.timestamp_ms),
        visitor=labels.of(row.visitor),
        source=row.source if tells_source else None,
        scroll_depth=None if row.scroll_depth == NO_SCROLL_DEPTH else row.scroll_depth,
        **{name: getattr(row, name) for name in _SAME},
    )
