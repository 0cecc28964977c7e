"""Whatever is rolled up, late, erased or imported: a question has the answer that it has from plain rows."""

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_api import directory
from query_api.adapters.place_names import place_names
from query_api.answering import Answering
from query_api.json_to_question import json_to_asked
from query_api.question_to_sql import Statement
from rollup.adapters.event_store import EventStore
from rollup.adapters.rollup_days import RollupDays
from rollup.days_to_roll_up import LocalDay, due

ZONES = ("Etc/UTC", "Asia/Kolkata", "America/Havana", "Pacific/Auckland")
"""Half an hour off, clocks that go back at midnight within the days asked about, and most of a day ahead."""

DAYS = [date(2020, 10, 28) + timedelta(days=n) for n in range(11)]
_sites, _ids = itertools.count(6_000_001), itertools.count(1)
_PAGES = ("/", "/docs", "/pricing", "/a'b")
_SOURCES = ("", "Google", "Mastodon")


class Site:
    """A site whose people come once or more a day, some over midnight, some imported and known for weeks."""

    def __init__(self, client: Client, url: str, zone: str) -> None:
        self.client, self.url, self.zone, self.site_id = client, url, zone, next(_sites)
        self.chance = random.Random(zone)  # noqa: S311  a fixed sequence is the point

    def fill(self) -> None:
        for day in (DAYS[0] + timedelta(days=n) for n in range(-4, len(DAYS) + 2)):
            for person in range(self.chance.randrange(3, 7)):
                for _ in range(self.chance.randrange(1, 3)):
                    self.visit(day, visitor=day.toordinal() * 100 + person)
        for day in (DAYS[1], DAYS[2], DAYS[5]):
            self.visit(day, visitor=7, imported=True)

    def visit(self, day: date, visitor: int, *, imported: bool = False) -> None:
        """A visit that begins on a UTC day, half of them within half an hour of midnight."""
        minute = self.chance.choice((self.chance.randrange(1440), self.chance.randrange(1410, 1440)))
        when = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
        session, start, last = next(_ids), when, self.chance.randrange(1, 6)
        same = {name: self.chance.choice(_SOURCES) for name in ("source", "country", "browser")}
        rows = []
        for place in range(1, last + 1):
            name = self.chance.choice(("pageview", "pageview", "signup", "engagement")) if place > 1 else "pageview"
            rows.append(
                {
                    "site_id": self.site_id,
                    "timestamp": when,
                    "received": when,
                    "visitor": visitor,
                    "name": name,
                    "hostname": self.chance.choice(("a.example", "b.example")),
                    "page": self.chance.choice(_PAGES),
                    "session_id": session,
                    "session_start": start,
                    "session_seq": place,
                    "session_pageviews": place,
                    "is_bounce": place == 1,
                    "city": self.chance.randrange(3),
                    "imported": imported,
                    **same,
                }
            )
            rows[-1]["city"] = rows[0]["city"]
            when += timedelta(seconds=self.chance.randrange(1, 1_700))
        self.client.insert("events", [list(row.values()) for row in rows], list(rows[0]))

    def roll_up(self, *days: date) -> None:
        """Build what is due of the days."""

        async def build() -> None:
            store = EventStore(lambda: clickhouse_connect.get_async_client(dsn=self.url))
            rollups = RollupDays(store, 0)
            trusted = await rollups.trusted(self.site_id, self.zone, days[0], days[-1])
            for local in due([LocalDay(day, self.zone) for day in days], trusted):
                await rollups.build(self.site_id, local)
            await store.stop()

        asyncio.run(build())

    def ask(self, asked: dict[str, Any], *, rolled: bool) -> tuple[list[Any], bool]:
        """The results, as the service answers them, and whether roll-ups had a part in them."""
        engine = Engine(self.client, rolled=rolled)
        answering = Answering(engine, place_names(), lambda: datetime(2020, 11, 10, tzinfo=UTC))
        body = json_to_asked(json.dumps({"site_id": "a.example", **asked}).encode())
        answer = asyncio.run(answering.answer(body, directory.Site(self.site_id, "a.example", self.zone)))
        return [answer["results"], answer["meta"]], engine.read_rollups


class Engine:
    """The real engine; without `rolled` it finds no roll-up."""

    def __init__(self, client: Client, *, rolled: bool) -> None:
        self._client = client
        self._rolled = rolled
        self.read_rollups = False

    async def rows(self, statement: Statement) -> list[list[object]]:
        if "rollup_builds" in statement.sql and not self._rolled:
            return []
        self.read_rollups |= "sumIf(visitors" in statement.sql
        found = self._client.query(statement.sql, parameters=dict(statement.parameters))
        return [list(row) for row in found.result_rows]


@pytest.fixture(scope="module")
def client(migrated_clickhouse_url: str) -> Iterator[Client]:
    made = clickhouse_connect.get_client(dsn=migrated_clickhouse_url, autogenerate_session_id=False)
    yield made
    made.close()


@pytest.fixture(scope="module", params=ZONES)
def site(request: pytest.FixtureRequest, client: Client, migrated_clickhouse_url: str) -> Iterator[Site]:
    made = Site(client, migrated_clickhouse_url, request.param)
    made.fill()
    made.roll_up(*DAYS)
    yield made
    client.command(f"DELETE FROM events WHERE site_id = {made.site_id}")


_day = st.integers(0, len(DAYS) - 1)
_DIMENSIONS = [
    *("event:page", "event:hostname", "visit:source", "visit:country", "visit:browser", "visit:city"),
    *("visit:entry_page", "visit:exit_page"),
]
_METRICS = {
    "event:": ["visitors", "visits", "pageviews", "events", "percentage"],
    "visit:": ["visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration", "percentage"],
    "": ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration"],
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    value = draw(st.sampled_from([None, *_DIMENSIONS]))
    bucket = draw(st.sampled_from([None, "time:day", "time:week", "time:month"]))
    known = _METRICS[value[:6] if value else ""]
    if value in ("visit:source", "visit:country", "visit:city"):
        known = [*known, "pageviews", "events"]
    first, last = sorted((draw(_day), draw(_day)))
    dimensions = draw(st.permutations([name for name in (value, bucket) if name]))
    return {
        "metrics": draw(st.lists(st.sampled_from(known), min_size=1, max_size=5, unique=True)),
        "dimensions": dimensions,
        "date_range": [str(DAYS[first]), str(DAYS[last])],
        "include": {"total_rows": True},
    }


def agrees(site: Site, asked: dict[str, Any]) -> bool:
    """Whether roll-ups had a part in the answer, which is the plain one."""
    answer, read = site.ask(asked, rolled=True)
    assert answer == site.ask(asked, rolled=False)[0]
    return read


WEEKS = {
    "metrics": ["visitors", "visits", "pageviews", "bounce_rate"],
    "dimensions": ["time:week"],
    "date_range": [str(DAYS[0]), str(DAYS[-1])],
}
PAGES = {**WEEKS, "metrics": ["visitors", "visits", "pageviews", "percentage"], "dimensions": ["event:page"]}


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions())
def test_a_question_has_the_answer_of_plain_rows(site: Site, asked: dict[str, Any]) -> None:
    agrees(site, asked)


def test_days_that_are_rolled_up_are_read(site: Site) -> None:
    assert agrees(site, WEEKS)
    assert agrees(site, PAGES)


def test_a_dimension_that_is_not_rolled_up_is_read_from_plain_rows(site: Site) -> None:
    assert not agrees(site, {**PAGES, "dimensions": ["event:name"]})


@pytest.fixture
def far_site(client: Client, migrated_clickhouse_url: str) -> Site:
    made = Site(client, migrated_clickhouse_url, "Asia/Kolkata")
    made.fill()
    return made


def test_days_that_changed_are_read_from_plain_rows_until_they_are_rolled_up_again(far_site: Site) -> None:
    far_site.roll_up(*DAYS[:4], *DAYS[5:-2])
    assert agrees(far_site, WEEKS)
    assert agrees(far_site, {**PAGES, "dimensions": ["visit:source", "time:month"]})
    late = DAYS[7]
    before = far_site.ask(PAGES, rolled=True)[0]
    for _ in range(3):
        far_site.visit(late, visitor=late.toordinal() * 100 + 1)
    assert agrees(far_site, PAGES)
    assert far_site.ask(PAGES, rolled=True)[0] != before
    erased = DAYS[8].toordinal() * 100
    far_site.client.command(f"DELETE FROM events WHERE site_id = {far_site.site_id} AND visitor = {erased}")
    assert agrees(far_site, WEEKS)
    far_site.visit(DAYS[9], visitor=7, imported=True)
    assert not agrees(far_site, PAGES), "an imported visitor of an unbuilt day may have been there at any time before"
    far_site.roll_up(*DAYS)
    assert agrees(far_site, PAGES)
    assert agrees(far_site, WEEKS)
