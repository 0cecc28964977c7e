"""Who may ask about what, how often, and what happens while a store is away."""

import hashlib
from contextlib import asynccontextmanager
from itertools import count

import httpx
import pytest
from query_api.access import Access, RefusedError
from query_api.directory import Directory, RateLimit, Site
from query_api.settings import Settings
from query_api.wiring import construct
from starlette.datastructures import Headers

QUESTION = {"metrics": ["visitors"], "date_range": "day"}
SITES = (Site(1, "one.example", "Etc/UTC"), Site(2, "two.example", "Asia/Kolkata"))
_numbers = count()


def new_key(connection, scope="stats", site_id=None):
    key = f"tl_{next(_numbers):043}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    connection.execute("INSERT INTO api_keys (site_id, scope, sha256) VALUES (%s, %s, %s)", [site_id, scope, digest])
    return {"Authorization": f"Bearer {key}"}


async def asked(shore, headers, domain=None):
    return await shore.api.post("/api/v2/query", json={**QUESTION, "site_id": domain or shore.domain}, headers=headers)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic abc", "Bearer tl_nobody-has-this"])
async def test_without_a_valid_key_the_answer_is_401(shore, header):
    response = await asked(shore, {"Authorization": header})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "API key" in response.json()["error"]


async def test_a_key_that_was_just_made_is_known_at_once(shore, postgres_connection):
    assert (await asked(shore, {})).status_code == 200
    assert (await asked(shore, new_key(postgres_connection))).status_code == 200


async def test_a_key_to_write_may_not_ask(shore, postgres_connection):
    assert (await asked(shore, new_key(postgres_connection, "write"))).status_code == 401


async def test_a_site_that_is_not_there_and_one_that_is_not_yours_are_told_alike(shore, postgres_connection):
    postgres_connection.execute("INSERT INTO sites (domain) VALUES ('other.example') ON CONFLICT DO NOTHING")
    key = new_key(postgres_connection, site_id=shore.site_id)
    assert (await asked(shore, key)).status_code == 200
    others, nobodys = await asked(shore, key, "other.example"), await asked(shore, key, "nobodys.example")
    assert others.status_code == nobodys.status_code == 401
    assert others.json() == nobodys.json()


async def test_a_sites_name_is_found_however_it_is_written(shore):
    assert (await asked(shore, {}, f" WWW.{shore.domain.upper()}")).status_code == 200


async def test_sites_are_those_that_the_key_may_see(shore, postgres_connection):
    response = await shore.api.get("/api/v1/sites", headers=new_key(postgres_connection, site_id=shore.site_id))
    assert response.json() == {"sites": [{"domain": shore.domain, "timezone": "Etc/UTC"}]}
    everything = (await shore.api.get("/api/v1/sites")).json()["sites"]
    assert {"domain": shore.domain, "timezone": "Etc/UTC"} in everything


async def test_any_origin_may_ask_but_sends_no_credentials(shore):
    headers = {"Origin": "https://b.example", "Access-Control-Request-Method": "POST"}
    headers["Access-Control-Request-Headers"] = "authorization, content-type"
    response = await shore.api.options("/api/v2/query", headers=headers)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


@asynccontextmanager
async def service(settings, headers):
    """A client of the service with these settings."""
    stores, app = construct(settings)
    for store in stores:
        await store.start()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers) as client:
        yield client
    for store in reversed(stores):
        await store.stop()


class FixedDirectory:
    """A directory that never changes."""

    async def directory(self, *, missed: bool = False) -> Directory:  # noqa: ARG002  the port's shape
        return Directory({hashlib.sha256(b"tl_all").hexdigest(): None}, SITES)


async def test_above_the_limit_the_answer_is_429_until_the_next_hour():
    now_s = iter([7_200.0, 7_300.0, 7_400.0, 7_400.0, 10_800.0])
    access = Access(FixedDirectory(), RateLimit(2), lambda: next(now_s))
    headers = Headers({"authorization": "Bearer tl_all"})
    await access.asker(headers)
    await access.asker(headers)
    with pytest.raises(RefusedError) as caught:
        await access.asker(headers)
    assert caught.value.status == 429
    assert caught.value.headers == {"Retry-After": "3400"}
    await access.asker(headers)


async def test_while_clickhouse_is_away_the_answer_is_503_with_a_clear_text(shore, migrated_postgres_url):
    settings = Settings(postgres_url=migrated_postgres_url, clickhouse_url="http://a:b@127.0.0.1:9/default")
    async with service(settings, shore.api.headers) as client:
        for _ in range(2):
            response = await client.post("/api/v2/query", json={**QUESTION, "site_id": shore.domain})
            assert response.status_code == 503
            assert response.json() == {"error": "The event store does not answer just now; try again"}
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"]["directory"] == "ok"


async def test_where_postgres_never_was_the_answer_is_503(shore, migrated_clickhouse_url):
    settings = Settings(postgres_url="postgresql://a@127.0.0.1:9/b", clickhouse_url=migrated_clickhouse_url)
    async with service(settings, shore.api.headers) as client:
        response = await client.get("/api/v1/sites")
        assert response.status_code == 503
        assert "directory" in response.json()["error"]


async def test_each_site_tells_where_its_script_is_and_whom_its_places_come_from(
    shore, migrated_postgres_url, migrated_clickhouse_url
):
    settings = Settings(
        postgres_url=migrated_postgres_url,
        clickhouse_url=migrated_clickhouse_url,
        collector_url="https://beacons.example/",
        places_credit="DB-IP https://db-ip.com",
    )
    async with service(settings, shore.api.headers) as client:
        site = (await client.get("/api/v1/sites")).json()["sites"][0]
    assert site["script_url"] == "https://beacons.example/js/script.js"
    assert site["places_credit"] == {"name": "DB-IP", "url": "https://db-ip.com"}
