"""Many small inserts into the loss ledger do not have the engine merge all of a month over and over."""

import time

import clickhouse_connect

A_MONTHS_LINES, INSERTS, LINES_EACH = 400_000, 60, 60
PAUSE_S = 0.06
"""As the sinks of a busy site insert."""
MOST_MERGED = 10 * A_MONTHS_LINES
_FILL = """
INSERT INTO ledger
SELECT 4000000000, toDateTime(today(), 'UTC'), '', 'a life', {partition:UInt16}, {first:UInt64} + number, 3
FROM numbers({lines:UInt64})
"""
_MERGED = "SELECT sum(value) FROM system.events WHERE event = 'MergedRows'"


def test_what_many_small_inserts_have_merged_is_in_proportion(migrated_clickhouse_url: str):
    client = clickhouse_connect.get_client(dsn=migrated_clickhouse_url)
    try:
        client.command(_FILL, {"partition": 9, "first": 0, "lines": A_MONTHS_LINES})
        before = client.query(_MERGED).result_rows[0][0]
        for number in range(INSERTS):
            first = A_MONTHS_LINES + number * LINES_EACH
            client.command(_FILL, {"partition": 9, "first": first, "lines": LINES_EACH})
            time.sleep(PAUSE_S)
        assert client.query(_MERGED).result_rows[0][0] - before < MOST_MERGED
    finally:
        client.command("ALTER TABLE ledger DELETE WHERE site_id = 4000000000")
        client.close()
