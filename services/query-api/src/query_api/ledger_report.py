"""The loss ledger of a site: a query string in, statements out; their rows in, what became of each beacon out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from contract.ledger import ACCEPTED
from contract.outcomes import DeadReason

from query_api.directory import Site
from query_api.problems import Complaints, shown
from query_api.question_to_sql import Statement
from query_api.rows_to_metric import Json
from query_api.steps.fragments import sql

KEPT = timedelta(days=34)
"""Lines lapse after 35 days (clickhouse/migrations); what is about to is not told any more."""

STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MOST_LINES = 1_500
_DATE_CHARS = len("2026-01-31")
_STORED = "stored"
_DEAD = {reason.value for reason in DeadReason} - {DeadReason.EXPIRED.value}
_NOTES = (
    "What a collector dropped by itself rides with its next envelope: best effort over a kill.",
    "What a collector still holds, in flight or on its disk, is in no line yet.",
    "Rows that were erased on purpose are missing from stored and show as a difference.",
)


class LedgerQuestion(msgspec.Struct, frozen=True):
    """From the first minute to before the last, by steps of a site's own clock."""

    site: Site
    since: datetime
    until: datetime
    step: str


def ledger_question(parameters: Mapping[str, str], site: Site, now: datetime) -> LedgerQuestion:
    """`from` and `to` (days of the site's zone, the last included, or instants; today if not given) and `step`.

    Raises InvalidQuestionError.
    """
    complaints = Complaints()
    zone = ZoneInfo(site.timezone)
    today = now.astimezone(zone).date().isoformat()
    since = _instant(parameters.get("from") or today, "from", zone, complaints, ends=False)
    until = _instant(parameters.get("to") or today, "to", zone, complaints, ends=True)
    step = parameters.get("step", "hour")
    if step not in STEPS:
        complaints.add("step", f"{shown(step)} is none of {', '.join(STEPS)}")
    complaints.settle()
    if since >= until:
        complaints.add("from", "lies not before to")
    elif (until - since) / STEPS[step] > _MOST_LINES:
        complaints.add("step", f"makes more than {_MOST_LINES} lines; ask for a larger one or a shorter range")
    complaints.settle()
    kept_since = (now - KEPT).replace(second=0, microsecond=0)
    return LedgerQuestion(site, max(since, kept_since), max(until, kept_since), step)


def ledger_statement(asked: LedgerQuestion, site_id: int) -> Statement:
    """Rows of bucket (Unix seconds), reason and count."""
    times = {"since": asked.since, "until": asked.until}
    parameters = {name: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for name, at in times.items()}
    bucket = sql(f"ledger_by_{asked.step}")
    return Statement(sql("ledger", bucket=bucket), {"site": site_id, "zone": asked.site.timezone, **parameters})


def reach_statement() -> Statement:
    """One row: until when storage is complete (Unix milliseconds), and whether every partition has told."""
    return Statement(sql("ledger_reach"), {})


def ledger_report(
    asked: LedgerQuestion,
    rows: Iterable[Sequence[object]],
    reach: Sequence[Sequence[object]],
    unknown: Iterable[Sequence[object]] | None,
) -> Json:
    """The answer; `unknown` are the rows of what belongs to no known site, for whoever may see them."""
    zone = ZoneInfo(asked.site.timezone)
    buckets: dict[int, Counter[str]] = {}
    for at, reason, beacons in rows:
        buckets.setdefault(int(str(at)), Counter())[str(reason)] += int(str(beacons))
    complete_until = _complete_until(reach)
    answer: dict[str, object] = {
        "site": asked.site.domain,
        "from": asked.since.astimezone(zone).isoformat(),
        "to": asked.until.astimezone(zone).isoformat(),
        "step": asked.step,
        "lines": [
            {"at": datetime.fromtimestamp(at, zone).isoformat(), **_line(counts)}
            for at, counts in sorted(buckets.items())
        ],
        "totals": _line(_added(buckets.values())),
        "complete": complete_until is not None and asked.until <= complete_until,
        "complete_until": complete_until and complete_until.astimezone(zone).isoformat(timespec="seconds"),
        "notes": _NOTES,
    }
    if unknown is not None:
        answer["unknown_sites"] = _line(_added({str(reason): int(str(beacons))} for _, reason, beacons in unknown))
    return answer


def _line(counts: Mapping[str, int]) -> dict[str, object]:
    accepted, stored = counts.get(ACCEPTED, 0), counts.get(_STORED, 0)
    known = {ACCEPTED, _STORED, DeadReason.EXPIRED.value}
    dropped = {reason: beacons for reason, beacons in counts.items() if reason not in known | _DEAD}
    return {
        "accepted": accepted,
        "dropped": dropped,
        "dead": sum(counts.get(reason, 0) for reason in _DEAD),
        "expired": counts.get(DeadReason.EXPIRED.value, 0),
        "stored": stored,
        "difference": accepted - stored,
    }


def _added(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _complete_until(reach: Sequence[Sequence[object]]) -> datetime | None:
    ((reached_ms, all_have_told),) = reach
    return datetime.fromtimestamp(int(str(reached_ms)) / 1_000, UTC) if all_have_told and reached_ms else None


def _instant(text: str, name: str, zone: ZoneInfo, complaints: Complaints, *, ends: bool) -> datetime:
    """A day's first instant (for an end, the next day's), or an instant rounded outwards to a minute."""
    try:
        if len(text) == _DATE_CHARS:
            return datetime.combine(date.fromisoformat(text) + timedelta(days=ends), time(), zone)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        found = datetime.min  # noqa: DTZ901  like any other without an offset
    if found.tzinfo is None:
        complaints.add(name, f"{shown(text)} is neither a date as 2026-01-31 nor a date-time with an offset from UTC")
        return found.replace(tzinfo=UTC)
    whole = found.replace(second=0, microsecond=0)
    return whole if whole == found or not ends else whole + timedelta(minutes=1)
