"""A site's days of events in, the local days that are due for a roll-up out. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

EVER = date(1970, 1, 1)
"""Imported visitors may have been seen at any time before."""

_SEEN_DAYS = 3
"""A live visitor's hash lives for its day and may be carried over one midnight, so it is 48 hours old at most."""


class Extent(msgspec.Struct, frozen=True):
    """The UTC days on which a site's first and last event happened."""

    site_id: int
    first: date
    last: date


class LocalDay(msgspec.Struct, frozen=True):
    """A day of the wall clock in a time zone."""

    day: date
    zone: str

    @property
    def since(self) -> datetime:
        """Its first instant, UTC."""
        return datetime.combine(self.day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def next(self) -> "LocalDay":
        """The day after."""
        return LocalDay(self.day + timedelta(days=1), self.zone)

    @property
    def first_utc(self) -> date:
        """The UTC day that it begins on."""
        return self.since.date()

    @property
    def last_utc(self) -> date:
        """The UTC day that it ends on."""
        return (self.next.since - timedelta(milliseconds=1)).date()

    @property
    def seen_since(self) -> date:
        """The earliest UTC day on which a live visitor of this day can have been seen before."""
        return self.first_utc - timedelta(days=_SEEN_DAYS)


def over(extent: Extent, zone: str, today_utc: date) -> list[LocalDay]:
    """The site's local days from its first to its last event, in order, that no UTC day in progress belongs to."""
    first, last = extent.first - timedelta(days=1), extent.last + timedelta(days=1)
    days = (LocalDay(first + timedelta(days=n), zone) for n in range((last - first).days + 1))
    reached = [day for day in days if day.last_utc >= extent.first and day.first_utc <= extent.last]
    return [day for day in reached if day.last_utc < today_utc]


def due(days: Iterable[LocalDay], trusted: set[date]) -> list[LocalDay]:
    """Those without a build that may be read, the latest first: they are asked for most."""
    return sorted((day for day in days if day.day not in trusted), key=lambda day: day.day, reverse=True)
