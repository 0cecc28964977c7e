"""ClickHouse loses rows that it had acknowledged, as by a broken disk: the log gives them back."""

import shutil
from collections import Counter
from pathlib import Path

import clickhouse_connect
import pytest

from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.integration.running_stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
_PARTS = """
SELECT path FROM system.parts
WHERE table = 'events' AND database = currentDatabase()
ORDER BY active, rows DESC
LIMIT 1 + (SELECT count() FROM system.parts WHERE table = 'events' AND database = currentDatabase() AND NOT active)
"""
"""The largest part, and those that a merge has taken up already, from which it could be made again."""
BACK_WITHIN_S = 120


def lose_the_largest_part(field: Field) -> None:
    """Take it off the disk while ClickHouse stands still, which then starts anew and knows of nothing."""
    client = clickhouse_connect.get_client(dsn=field.stack.endpoints["clickhouse"])
    client.command("SYSTEM STOP MERGES")
    parts = [Path(row[0]) for row in client.query(_PARTS).result_rows]
    client.close()
    with field.frozen("clickhouse"):
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
        field.kill("clickhouse")
    until(field.all_up, what="all services after ClickHouse's loss", within_s=60)


def test_a_sink_without_marks_puts_back_what_is_missing_and_nothing_else(own: Field, report: Report, chaos_seed: int):
    site = ordeal(own, Fault("before rows were lost", lambda *_: None), report, chaos_seed)
    before = Counter(own.rows(site))
    lose_the_largest_part(own)
    assert len(own.rows(site)) < len(before)
    # the others have nothing to do, so that nothing is on its way twice; an operator would stop them
    with own.joined("sink", GROUP_ID="sink-anew"):
        until(lambda: Counter(own.rows(site)) == before, what="the rows that were lost", within_s=BACK_WITHIN_S)
