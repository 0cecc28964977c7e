"""A migrated ClickHouse, a site of its own for each test, and days to rebuild."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from rollup.adapters.event_store import EventStore
from rollup.adapters.rollup_days import RollupDays
from rollup.adapters.session_days import SessionDays

_sites = itertools.count(7_000_001)
_ids = itertools.count(1)
MIDNIGHT = datetime(2019, 3, 5, tzinfo=UTC)
"""Days long over, that no other test uses."""


class Site:
    """Writes events of sessions for one site, and reads its sessions back."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.site_id = next(_sites)

    def visit(self, minutes: list[float], visitor: int = 1, **same: Any) -> int:
        """A session with an event at each of the minutes after MIDNIGHT; its id."""
        session_id = next(_ids)
        self.add(session_id, minutes, range(1, len(minutes) + 1), visitor, **same)
        return session_id

    def add(self, session_id: int, minutes: list[float], places: Any, visitor: int = 1, **same: Any) -> None:
        start = MIDNIGHT + timedelta(minutes=same.pop("began", minutes[0]))
        rows = [
            {
                "site_id": self.site_id,
                "timestamp": MIDNIGHT + timedelta(minutes=minute),
                "received": MIDNIGHT + timedelta(minutes=minute),
                "event_id": next(_ids),
                "visitor": visitor,
                "name": "pageview",
                "session_id": session_id,
                "session_start": start,
                "session_seq": place,
                "session_pageviews": place,
                "session_events": place,
                "is_bounce": place == 1,
                "page": f"/{place}",
                **same,
            }
            for minute, place in zip(minutes, places, strict=True)
        ]
        self.client.insert("events", [list(row.values()) for row in rows], list(rows[0]))

    def sessions(self, since: float, until: float, columns: str = "session_id") -> list[tuple[Any, ...]]:
        """Sessions that overlap the minutes [since, until) after MIDNIGHT."""
        asked = f"SELECT {columns} FROM session_rows(site={{site:UInt32}}, since={{since:DateTime64(3, 'UTC')}},"
        asked += " until={until:DateTime64(3, 'UTC')}) ORDER BY session_id"
        given = {"since": MIDNIGHT + timedelta(minutes=since), "until": MIDNIGHT + timedelta(minutes=until)}
        return list(self.client.query(asked, parameters={"site": self.site_id, **given}).result_rows)

    def rolled_up(self, zone: str = "Etc/UTC") -> list[Any]:
        """The local days around MIDNIGHT that have a roll-up which may be read."""
        return [row[0] for row in self.client.query(f"SELECT day FROM {self._builds(zone)} ORDER BY day").result_rows]

    def rollup(self, columns: str, dimension: str = "all") -> list[tuple[Any, ...]]:
        """Rows of the builds that may be read, of one dimension, by day, value and gap."""
        asked = f"SELECT {columns} FROM rollup_days WHERE site_id = {self.site_id} AND dimension = '{dimension}'"
        asked += f" AND build IN (SELECT build FROM {self._builds('Etc/UTC')}) ORDER BY day, value, gap"
        return list(self.client.query(asked).result_rows)

    def _builds(self, zone: str) -> str:
        return f"rollup_builds(site={self.site_id}, zone='{zone}', first='2019-01-01', last='2020-01-01')"

    def built(self, columns: str = "session_id") -> list[tuple[Any, ...]]:
        """What `sessions` itself holds of the site."""
        asked = f"SELECT {columns} FROM sessions WHERE site_id = {self.site_id} ORDER BY session_id"
        return list(self.client.query(asked).result_rows)


@pytest.fixture
def make_site(migrated_clickhouse_url: str) -> Iterator[Callable[[], Site]]:
    """Makes sites without events, which are gone after the test."""
    client = clickhouse_connect.get_client(dsn=migrated_clickhouse_url, autogenerate_session_id=False)
    made: list[Site] = []

    def make() -> Site:
        made.append(Site(client))
        return made[-1]

    yield make
    gone = [site.site_id for site in made]
    client.command("DELETE FROM events WHERE site_id IN {sites:Array(UInt32)}", parameters={"sites": gone})
    client.close()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    return make_site()


@pytest.fixture
async def store(migrated_clickhouse_url: str) -> AsyncIterator[EventStore]:
    made = EventStore(
        lambda: clickhouse_connect.get_async_client(dsn=migrated_clickhouse_url, autogenerate_session_id=False)
    )
    yield made
    await made.stop()


@pytest.fixture
def days(store: EventStore) -> SessionDays:
    return SessionDays(store)


@pytest.fixture
def rollups(store: EventStore) -> RollupDays:
    return RollupDays(store, least_events=1)
