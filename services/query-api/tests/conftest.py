"""A site of its own for each test, on real engines: visits are put into it, and questions asked about it."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, get_type_hints

import clickhouse_connect
import httpx
import psycopg
import pytest
from clickhouse_connect.driver.client import Client
from contract.event import NO_SCROLL_DEPTH, PAGEVIEW, Event
from contract.row import ROW_COLUMNS
from query_api.settings import Settings
from query_api.wiring import construct

ALL_SITES_KEY = "tl_" + "a" * 43
_EMPTY: dict[type, Any] = {int: 0, str: "", bool: False}
_BLANK = {name: _EMPTY.get(hint, {}) for name, hint in get_type_hints(Event).items()}
_ids = count(1_000)


def at(text: str) -> datetime:
    """The instant that a text says, UTC where it says nothing else."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def visit(*happened: tuple[str, str] | tuple[str, str, dict[str, Any]], **inherited: Any) -> list[dict[str, Any]]:
    """The rows of one visit: (time, page or `name!page`, further columns) in order, each with its running state."""
    rows: list[dict[str, Any]] = []
    session_id, visitor = next(_ids), inherited.pop("visitor", None) or next(_ids)
    pageviews = events = interactive = 0
    for when, what, *further in happened:
        name, page = what.split("!") if "!" in what else ("pageview", what)
        own = further[0] if further else {}
        pageviews += name == "pageview"
        events += name != "engagement"
        interactive += name != "engagement" and own.get("interactive", True)
        rows.append(
            {
                **_BLANK,
                "scroll_depth": NO_SCROLL_DEPTH,
                "hostname": "a.example",
                "interactive": True,
                "props": {},
                "session_id": session_id,
                "visitor": visitor,
                "event_id": next(_ids),
                "name": name,
                "timestamp": at(when),
                "received": at(when),
                "page": page,
                "session_seq": len(rows) + 1,
                **inherited,
                **own,
                "session_pageviews": pageviews,
                "session_events": events,
                "is_bounce": interactive < 2,
            }
        )
        pages = [row for row in rows if row["name"] == PAGEVIEW] or [_BLANK]
        rows[-1]["session_start"] = rows[0]["timestamp"]
        for end, place in (("entry", 0), ("exit", -1)):
            rows[-1] |= {f"{end}_page": pages[place]["page"], f"{end}_hostname": pages[place]["hostname"]}
    return rows


class Shore:
    """One site with a domain of its own, what happened there, and the API that is asked about it."""

    def __init__(self, site_id: int, domain: str, clickhouse: Client, api: httpx.AsyncClient) -> None:
        self.site_id = site_id
        self.domain = domain
        self.api = api
        self._clickhouse = clickhouse

    def add(self, *visits: list[dict[str, Any]]) -> None:
        """Store the visits' events."""
        columns = [name for name in ROW_COLUMNS if name != "imported" and not name.startswith("source_")]
        rows = [[self.site_id if name == "site_id" else row[name] for name in columns] for v in visits for row in v]
        self._clickhouse.insert("events", rows, column_names=columns)

    async def answer(self, *metrics: str, date_range: Any = "day", **others: Any) -> httpx.Response:
        """The response to a question."""
        question = {"site_id": self.domain, "metrics": metrics, "date_range": date_range, **others}
        return await self.api.post("/api/v2/query", json=question)

    async def ask(self, *metrics: str, date_range: Any = "day", **others: Any) -> Any:
        """The results of a question that is right, each as [*dimensions, *metrics]."""
        response = await self.answer(*metrics, date_range=date_range, **others)
        assert response.status_code == 200, response.text
        return [[*row["dimensions"], *row["metrics"]] for row in response.json()["results"]]


@pytest.fixture(scope="session")
def clickhouse_client(migrated_clickhouse_url: str) -> Iterator[Client]:
    client = clickhouse_connect.get_client(dsn=migrated_clickhouse_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def postgres_connection(migrated_postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(migrated_postgres_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO api_keys (site_id, scope, sha256) VALUES (NULL, 'stats', %s) ON CONFLICT DO NOTHING",
            [hashlib.sha256(ALL_SITES_KEY.encode()).hexdigest()],
        )
        yield connection


@pytest.fixture
async def api(
    migrated_clickhouse_url: str, migrated_postgres_url: str, postgres_connection: object
) -> AsyncIterator[httpx.AsyncClient]:
    """The whole service but for its socket, asked with a key for all sites."""
    stores, app = construct(Settings(postgres_url=migrated_postgres_url, clickhouse_url=migrated_clickhouse_url))
    for store in stores:
        await store.start()
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {ALL_SITES_KEY}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers) as client:
        yield client
    for store in reversed(stores):
        await store.stop()


@pytest.fixture
def zone() -> str:
    """The time zone of the test's site; parametrize to change it."""
    return "Etc/UTC"


@pytest.fixture
def shore(
    zone: str,
    clickhouse_client: Client,
    postgres_connection: psycopg.Connection[Any],
    api: httpx.AsyncClient,
) -> Shore:
    """A new site."""
    domain = f"s{next(_ids)}.example"
    row = postgres_connection.execute(
        "INSERT INTO sites (domain, timezone) VALUES (%s, %s) RETURNING site_id", [domain, zone]
    ).fetchone()
    assert row is not None
    return Shore(row[0], domain, clickhouse_client, api)


@pytest.fixture(name="visit", scope="session")
def visit_fixture() -> Any:
    """The function that makes a visit's rows."""
    return visit
