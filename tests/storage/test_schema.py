"""The migrated ClickHouse against the contract: the columns stand in one place, and the server has just those."""

from collections.abc import Iterator

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from contract.ledger import LEDGER_COLUMNS, LEDGER_TABLE, REACH_COLUMNS, REACH_TABLE
from contract.row import EVENTS_TABLE, ROW_COLUMNS

SESSION_COLUMNS = [
    *("site_id", "session_id", "visitor", "session_start", "session_end", "pageviews", "events", "is_bounce"),
    *("duration_s", "entry_hostname", "entry_page", "exit_hostname", "exit_page", "referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "click_id"),
    *("country", "region", "region2", "city", "city_name"),
    *("device", "browser", "browser_version", "os", "os_version", "screen_width"),
]


@pytest.fixture(scope="module")
def client(migrated_clickhouse_url: str) -> Iterator[Client]:
    made = clickhouse_connect.get_client(dsn=migrated_clickhouse_url)
    yield made
    made.close()


def _columns(client: Client, relation: str) -> dict[str, str]:
    return {row[0]: row[1] for row in client.query(f"DESCRIBE {relation}").result_rows}


def test_the_table_of_events_has_the_columns_of_the_contract(client: Client) -> None:
    assert _columns(client, EVENTS_TABLE) == ROW_COLUMNS


def test_the_loss_ledger_has_the_columns_of_the_contract(client: Client) -> None:
    assert _columns(client, LEDGER_TABLE) == LEDGER_COLUMNS
    assert _columns(client, REACH_TABLE) == REACH_COLUMNS


def test_what_a_session_inherits_has_the_type_it_has_on_an_event(client: Client) -> None:
    sessions = _columns(client, "sessions")
    shared = sessions.keys() & ROW_COLUMNS.keys()
    assert shared >= {"visitor", "referrer", "source", "country", "city", "screen_width", "is_bounce"}
    assert {name: sessions[name] for name in shared} == {name: ROW_COLUMNS[name] for name in shared}


def test_session_rows_offer_the_columns_that_questions_are_built_on(client: Client) -> None:
    asked = "session_rows(site=1, since='2026-01-01 00:00:00', until='2026-01-02 00:00:00')"
    assert list(_columns(client, f"(SELECT * FROM {asked})")) == SESSION_COLUMNS


def test_what_stands_on_a_day_is_answered_by_the_projection(client: Client) -> None:
    client.command(
        "INSERT INTO events (site_id, timestamp, session_start) VALUES (6999999, '2019-01-01', '2019-01-01')"
    )
    plan = client.command(
        "EXPLAIN projections = 1 SELECT site_id, toDate(session_start), count(),"
        " sum(cityHash64(session_id, session_seq, timestamp, visitor)) FROM events"
        " GROUP BY site_id, toDate(session_start)"
    )
    assert "day_digests" in str(plan)
    client.command("DELETE FROM events WHERE site_id = 6999999")
    assert client.command("SELECT count() FROM events WHERE site_id = 6999999") == 0


def test_events_are_refused_while_a_merge_still_has_room_to_end(client: Client) -> None:
    made = client.command(f"SELECT create_table_query FROM system.tables WHERE name = '{EVENTS_TABLE}'")
    assert "min_free_disk_bytes_to_perform_insert = 1073741824" in str(made)
