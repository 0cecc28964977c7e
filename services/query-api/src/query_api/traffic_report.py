"""The report on traffic: its query string in, questions out; their rows in, the report out.

It is asked through the same compiler as everything else. A visit's channel falls into one of four groups: what is
not direct, search or social came by a referral of some kind.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from query_api.json_to_question import Asked
from query_api.problems import Complaints
from query_api.rows_to_metric import Json, Row
from query_api.steps.date_range import DateRange

_GROUPS = ("direct", "referral", "search", "social")


def report_dates(parameters: Mapping[str, str]) -> DateRange:
    """`start_date` and `end_date`, both included, both as 2026-01-31. Raises InvalidQuestionError."""
    complaints = Complaints()
    days: list[date] = []
    for name in ("start_date", "end_date"):
        try:
            days.append(date.fromisoformat(parameters.get(name, "")))
        except ValueError:
            complaints.add(name, "a date as 2026-01-31 is needed")
    complaints.settle()
    if days[0] > days[1]:
        complaints.add("start_date", "lies after end_date")
    if min(days).year < 1990 or max(days).year > 2099:  # noqa: PLR2004
        complaints.add("start_date", "dates lie between 1990 and 2099")
    complaints.settle()
    return DateRange(dates=(days[0], days[1]))


def totals_of(domain: str, dates: DateRange) -> Asked:
    """The question for visitors and pageviews."""
    return Asked(site=domain, date_range=dates, metrics=("visitors", "pageviews"))


def channels_of(domain: str, dates: DateRange) -> Asked:
    """The question for visits by channel."""
    return Asked(site=domain, date_range=dates, metrics=("visits",), dimensions=("visit:channel",))


def traffic_report(totals: Sequence[Row], channels: Sequence[Row]) -> Json:
    """The report from the rows of both questions."""
    sources = dict.fromkeys(_GROUPS, 0)
    for channel, visits in channels:
        sources[_group(str(channel))] += int(str(visits))
    ((visitors, pageviews),) = totals
    return {
        "status": "success",
        "data": {"total_visitors": visitors, "total_page_views": pageviews, "traffic_sources": sources},
    }


def _group(channel: str) -> str:
    if channel in ("Direct", "(not set)"):
        return "direct"
    if channel.endswith("Search"):
        return "search"
    return "social" if channel.endswith("Social") else "referral"
