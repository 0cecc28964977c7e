"""Labels of every bucket of time in a period, in order and as results have them; and the hours that no clock shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from query_api.question import Period


def time_labels(bucket: str, period: Period) -> list[str]:
    """Labels as `2026-11-23` for days, weeks and months, `2026-11-23 14:00:00` for hours and minutes.

    The hour that is lived twice when clocks go back has one label, as it has one row.
    """
    match bucket:
        case "time:minute":
            return _clock_labels(period, timedelta(minutes=1))
        case "time:hour":
            return _clock_labels(period, timedelta(hours=1))
        case "time:day":
            return [day.isoformat() for day in _days(period)]
        case "time:week":
            return list(dict.fromkeys(_week_start(day, period).isoformat() for day in _days(period)))
        case _:
            return list(dict.fromkeys(day.replace(day=1).isoformat() for day in _days(period)))


def skipped_hours(period: Period) -> list[int]:
    """The hours within the period that no clock showed, since clocks went forward, numbered from 1970."""
    return [
        hour
        for day in _days(period)
        if _offset(day, period) < _offset(day + timedelta(days=1), period)
        for hour in _hours_without_label(day, period)
    ]


def _offset(day: date, period: Period) -> timedelta:
    return datetime.combine(day, time(), period.first.tzinfo).utcoffset() or timedelta()


def _hours_without_label(day: date, period: Period) -> list[int]:
    first = datetime.combine(day, time(), period.first.tzinfo)
    last = datetime.combine(day, time(23, 59, 59), period.first.tzinfo)
    shown = set(_clock_labels(Period(first, last), timedelta(hours=1)))
    midnight = int(datetime.combine(day, time(), UTC).timestamp()) // 3_600
    return [midnight + hour for hour in range(24) if f"{day} {hour:02}:00:00" not in shown]


def _days(period: Period) -> Iterator[date]:
    day, last = period.first.date(), period.last.date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _week_start(day: date, period: Period) -> date:
    return max(day - timedelta(days=day.weekday()), period.first.date())


def _clock_labels(period: Period, step: timedelta) -> list[str]:
    """Buckets of the wall clock, found by walking through real time in steps that miss none."""
    labels: dict[str, None] = {}
    instant = period.since
    # offsets from UTC are whole minutes and, of hours, whole quarters
    stride = min(step, timedelta(minutes=15))
    while instant < period.until:
        labels[_clock_label(instant, period, step)] = None
        instant += stride
    labels[_clock_label(period.last.astimezone(UTC), period, step)] = None
    return list(labels)


def _clock_label(instant: datetime, period: Period, step: timedelta) -> str:
    shown = instant.astimezone(period.first.tzinfo)
    minute = shown.minute if step < timedelta(hours=1) else 0
    return f"{shown:%Y-%m-%d %H}:{minute:02d}:00"
