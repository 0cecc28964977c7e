"""Date ranges: what was asked in, the first and the last second in the site's time zone out.

Ranges are those of Plausible's Stats API v2 as its version 3 documents them: counted days and months end before
today and this month; `day`, `month` and `year` are whole, so they may lie partly in the future.
"""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from query_api.problems import Complaints, shown
from query_api.question import Period

_MAX_DAYS = 5_000
_MAX_MONTHS = 100
_COUNTED = re.compile(r"([1-9][0-9]{0,3})(d|mo)")
_NAMED = ("day", "24h", "month", "year", "all")
_PAIR = 2
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)
"""ClickHouse's dates reach no further than its engine counts."""


class DateRange(msgspec.Struct, frozen=True):
    """A range as it was asked for: a name, so many days or months, a pair of dates, or a pair of instants."""

    name: str = ""
    days: int = 0
    months: int = 0
    dates: tuple[date, date] | None = None
    instants: tuple[datetime, datetime] | None = None
    relative_to: date | None = None
    """Today, where None."""


def read_date_range(value: object, relative_to: date | None, complaints: Complaints) -> DateRange:
    """The range that `date_range` of a question says; what is wrong goes to the complaints."""
    match value:
        case str() if value in _NAMED:
            if value == "24h" and relative_to is not None:
                complaints.add("#/date", "24h ends now, so it cannot be relative to a date")
            return DateRange(name=value, relative_to=relative_to)
        case str() if counted := _COUNTED.fullmatch(value):
            number, unit = int(counted[1]), counted[2]
            if unit == "d" and number <= _MAX_DAYS:
                return DateRange(days=number, relative_to=relative_to)
            if unit == "mo" and number <= _MAX_MONTHS:
                return DateRange(months=number, relative_to=relative_to)
        case [str(first), str(last)]:
            return _read_pair(first, last, complaints)
    complaints.add("#/date_range", f"Invalid date_range {shown(value)}")
    return DateRange(name="day")


def _read_pair(first: str, last: str, complaints: Complaints) -> DateRange:
    try:
        dates = _date(first), _date(last)
    except ValueError:
        return _read_instants(first, last, complaints)
    if dates[0] > dates[1]:
        complaints.add("#/date_range", "The first date lies after the last")
    if dates[0] < _EARLIEST or dates[1] >= _LATEST:
        complaints.add("#/date_range", f"Dates lie between {_EARLIEST} and {_LATEST}")
    return DateRange(dates=dates)


def _date(text: str) -> date:
    if len(text) != len("2026-01-31"):
        raise ValueError(text)
    return date.fromisoformat(text)


def _read_instants(first: str, last: str, complaints: Complaints) -> DateRange:
    found: list[datetime] = []
    for place, text in enumerate((first, last)):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            complaints.add(f"#/date_range/{place}", f"{shown(text)} is neither a date nor a date-time of ISO 8601")
            continue
        if instant.tzinfo is None:
            complaints.add(f"#/date_range/{place}", f"{shown(text)} has no offset from UTC, as Z or +02:00")
        elif not _EARLIEST < instant.date() < _LATEST:
            complaints.add(f"#/date_range/{place}", f"Dates lie between {_EARLIEST} and {_LATEST}")
        else:
            found.append(instant.replace(microsecond=0))
    if len(found) == _PAIR and found[0] > found[1]:
        complaints.add("#/date_range", "The first date-time lies after the last")
    return DateRange(instants=(found[0], found[1])) if len(found) == _PAIR else DateRange(name="day")


def read_relative_to(value: object, complaints: Complaints) -> date | None:
    """The day that `date` of a question says; None where it is not given."""
    if value is None:
        return None
    try:
        day = _date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not _EARLIEST < day < _LATEST:
        complaints.add("#/date", f"{shown(value)} is not a date as 2026-01-31")
        return None
    return day


def resolve(asked: DateRange, zone: str, now: datetime, first_day: date | None = None) -> Period:
    """The period of a range in a zone; `first_day` is the site's first, and counts for `all` only."""
    place = ZoneInfo(zone)
    if asked.instants is not None:
        first, last = asked.instants
        return Period(first.astimezone(place), last.astimezone(place))
    if asked.name == "24h":
        last = now.replace(microsecond=0).astimezone(place)
        return Period((now.replace(microsecond=0) - timedelta(hours=24)).astimezone(place), last)
    today = asked.relative_to or now.astimezone(place).date()
    return _whole_days(*_days(asked, today, first_day), place)


def _days(asked: DateRange, today: date, first_day: date | None) -> tuple[date, date]:
    if asked.dates is not None:
        return asked.dates
    if asked.days:
        return today - timedelta(days=asked.days), today - timedelta(days=1)
    if asked.months:
        this_month = today.replace(day=1)
        return _months_before(this_month, asked.months), this_month - timedelta(days=1)
    return _named_days(asked.name, today, first_day)


def _named_days(name: str, today: date, first_day: date | None) -> tuple[date, date]:
    match name:
        case "month":
            return today.replace(day=1), today.replace(day=monthrange(today.year, today.month)[1])
        case "year":
            return today.replace(month=1, day=1), today.replace(month=12, day=31)
        case "all":
            return min(first_day or today, today), today
        case _:
            return today, today


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, day.day)


def _whole_days(first: date, last: date, place: ZoneInfo) -> Period:
    """From the first day's first instant to the last second before the next day, whatever the clocks do between."""
    start = datetime.combine(first, time(), place)
    next_day = datetime.combine(last + timedelta(days=1), time(), place)
    end = next_day.astimezone(ZoneInfo("UTC")) - timedelta(seconds=1)
    return Period(start, end.astimezone(place))


def trimmed(period: Period, now: datetime) -> Period:
    """The period without the days that are still to come, or the hours, where it is but a day long."""
    now = now.astimezone(period.first.tzinfo)
    if not period.first <= now < period.last:
        return period
    if period.first.date() == period.last.date():
        return Period(period.first, now.replace(minute=59, second=59, microsecond=0))
    return _whole_days(period.first.date(), now.date(), ZoneInfo(str(period.first.tzinfo)))
