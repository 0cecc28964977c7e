"""The look-up on a real ClickHouse."""

from collections.abc import Iterator

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from repeats.adapters.stored_attempts import StoredAttempts
from repeats.ports import AwayError

from services.repeats.tests.conftest import NOW_MS

SITE = 7_001
NOW_S = NOW_MS // 1_000
TOP = 2**64 - 1


@pytest.fixture(scope="module")
def client(migrated_clickhouse_url: str) -> Iterator[Client]:
    made = clickhouse_connect.get_client(dsn=migrated_clickhouse_url, autogenerate_session_id=False)
    rows = [[SITE, NOW_MS - age_ms, NOW_S, attempt] for age_ms, attempt in ((0, 11), (0, 11), (0, TOP), (10_000, 12))]
    values = ", ".join(f"({site}, fromUnixTimestamp64Milli({ms}), {at}, {attempt})" for site, ms, at, attempt in rows)
    made.command(f"INSERT INTO events (site_id, timestamp, received, attempt) VALUES {values}")
    yield made
    made.command(f"DELETE FROM events WHERE site_id = {SITE}")
    made.close()


async def test_those_are_found_that_an_event_came_of(client):
    assert await StoredAttempts(client).stored({11, 12, 13, TOP}, NOW_MS - 60_000) == {11, 12, TOP}


async def test_events_of_before_are_not_asked(client):
    assert await StoredAttempts(client).stored({11, 12}, NOW_MS - 5_000) == {11}


async def test_nothing_is_asked_for_nothing(client):
    assert await StoredAttempts(client).stored(set(), 0) == set()


async def test_more_attempts_than_fit_into_one_question_are_asked_for_in_several(client):
    asked = {*range(TOP - 2_000, TOP + 1), 11}
    assert await StoredAttempts(client).stored(asked, NOW_MS - 60_000) == {11, TOP}


async def test_granules_without_the_attempt_are_passed_over(client):
    plan = client.command(
        "EXPLAIN indexes = 1 SELECT DISTINCT attempt FROM events WHERE attempt IN (5, 6) SETTINGS use_query_cache = 0"
    )
    assert "attempts" in str(plan)
    assert "bloom_filter" in str(plan)


async def test_a_server_that_is_not_there_is_away():
    class Gone:
        def query(self, *_: object, **__: object) -> None:
            raise ConnectionRefusedError

        def ping(self) -> bool:
            return False

    for call in (StoredAttempts(Gone()).stored({1}, 0), StoredAttempts(Gone()).check()):  # type: ignore[arg-type]
        with pytest.raises(AwayError):
            await call
