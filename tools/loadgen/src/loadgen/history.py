"""A past for a site: days, a seed and an end in, lines for `tideline import events` out, in order of time."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import msgspec
from visits.sources import source_of
from visits.url_parts import split_url

from loadgen.people import Crowd, Person, Step, Visit
from loadgen.world import load_world

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_OF_THE_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 12, 11, 12, 13, 13, 12, 11, 10, 10, 11, 10, 6, 3)
"""How many visits begin in each hour of a person's own day, relatively."""
_OF_THE_WEEKDAYS = (1.1, 1.15, 1.15, 1.1, 1.0, 0.65, 0.7)
_GROWTH_A_DAY = 1.008
_COMES_BACK = 0.18
_REMEMBERED = 2_000
_LAUNCH_DAYS_AGO = 12
"""A day on which somebody linked the site from everywhere."""
_LAUNCH = 3.0

_encode = msgspec.json.Encoder().encode


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of the past with the keys that an import takes."""

    timestamp: str
    name: str
    visitor: str
    hostname: str
    page: str
    referrer: str = ""
    source: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    click_id: str = ""
    country: str = ""
    region: str = ""
    city: int = 0
    device: str = ""
    os: str = ""
    os_version: str = ""
    browser: str = ""
    browser_version: str = ""
    props: dict[str, str] = {}
    scroll_depth: int | None = None
    engagement_ms: int | None = None
    revenue_amount: str = ""
    revenue_currency: str = ""
    interactive: bool = True


def history(days: int, seed: int, until: datetime, site: str, visits_a_day: float) -> Iterator[bytes]:
    """JSON lines of `days` days up to `until`; the same arguments give the same lines."""
    random = Random(seed)  # noqa: S311  the same seed must give the same past
    crowd = Crowd(load_world(), seed)
    public = _Public(crowd, random)
    pending: list[tuple[int, int, bytes]] = []
    until_ms = int(until.timestamp() * 1_000)
    for day in _days(days, until):
        start_ms = int(datetime.combine(day, time(), UTC).timestamp() * 1_000)
        for label, person in public.of_the_next_day(_visits_of(day, days, until, visits_a_day, random)):
            begun_ms = _begin_ms(start_ms, person, random)
            visit = crowd.visit()
            for step in visit.steps:
                at_ms = begun_ms + step.offset_ms
                pending.append((at_ms, len(pending), _line(at_ms, label, person, visit, step, site)))
        pending.sort()
        end_ms = min(start_ms + _DAY_MS, until_ms)
        yield from (line for at_ms, _, line in pending if at_ms < end_ms)
        pending = [entry for entry in pending if entry[0] >= end_ms]


def _days(days: int, until: datetime) -> list[date]:
    last = until.astimezone(UTC).date()
    return [last - timedelta(days=ago) for ago in range(days - 1, -1, -1)]


def _visits_of(day: date, days: int, until: datetime, visits_a_day: float, random: Random) -> int:
    ago = (until.astimezone(UTC).date() - day).days
    usual = visits_a_day * _OF_THE_WEEKDAYS[day.weekday()] * _GROWTH_A_DAY ** (days - ago)
    spike = _LAUNCH if ago == _LAUNCH_DAYS_AGO else 1.0
    return max(1, round(usual * spike * math.exp(random.gauss(0, 0.08))))


class _Public:
    """Who comes: people who came before, though not on the day before, and new ones."""

    def __init__(self, crowd: Crowd, random: Random) -> None:
        self._crowd = crowd
        self._random = random
        self._known: list[tuple[str, Person]] = []
        self._yesterday: list[tuple[str, Person]] = []

    def of_the_next_day(self, visits: int) -> list[tuple[str, Person]]:
        """Labels and persons of so many visits, nobody twice."""
        wanted = min(len(self._known), round(visits * _COMES_BACK))
        returning = self._random.sample(self._known, wanted)
        new = [(f"{self._random.getrandbits(48):012x}", self._crowd.person()) for _ in range(visits - wanted)]
        gone = {label for label, _ in returning}
        self._known = [one for one in self._known if one[0] not in gone] + self._yesterday
        del self._known[:-_REMEMBERED]
        self._yesterday = returning + new
        return self._yesterday


def _begin_ms(day_start_ms: int, person: Person, random: Random) -> int:
    hour = random.choices(range(24), _OF_THE_HOURS)[0]
    within_day_ms = (hour - person.country.utc_offset_h) % 24 * _HOUR_MS + random.randrange(_HOUR_MS)
    return day_start_ms + within_day_ms


def _line(at_ms: int, label: str, person: Person, visit: Visit, step: Step, site: str) -> bytes:
    tags = split_url(f"https://{site}/?{visit.arrival.query}", hash_mode=False)
    source = source_of(visit.arrival.referrer, site, tags.utm_source, tags.click_id)
    stamp = datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    line = Line(
        timestamp=stamp.replace("+00:00", "Z"),
        name=step.name,
        visitor=label,
        hostname=site,
        page=step.page,
        referrer=source.referrer,
        source=source.name,
        utm_source=tags.utm_source,
        utm_medium=tags.utm_medium,
        utm_campaign=tags.utm_campaign,
        utm_content=tags.utm_content,
        utm_term=tags.utm_term,
        click_id=tags.click_id,
        country=person.country.code,
        region=person.city.region,
        city=person.city.city,
        device=person.agent.device,
        os=person.agent.os,
        os_version=person.os_version,
        browser=person.agent.browser,
        browser_version=person.browser_version,
        props=step.props,
        scroll_depth=step.scroll_depth,
        engagement_ms=step.engagement_ms,
        revenue_amount=step.revenue_amount,
        revenue_currency=step.revenue_currency,
        interactive=step.interactive,
    )
    return _encode(line) + b"\n"
