"""ClickHouse loses rows that it had acknowledged, as a broken disk would have it: the log gives them back."""

from collections import Counter
from pathlib import Path

import clickhouse_connect
import pytest

from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.integration.running_stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
_LARGEST_PART = """
SELECT path FROM system.parts
WHERE table = 'events' AND database = currentDatabase() AND active
ORDER BY rows DESC LIMIT 1
"""
BACK_WITHIN_S = 120


def break_the_largest_part(field: Field) -> None:
    """Empty every file of it, while no merge can take it away; then ClickHouse starts anew and finds it so."""
    client = clickhouse_connect.get_client(dsn=field.stack.endpoints["clickhouse"])
    client.command("SYSTEM STOP MERGES")
    part = Path(client.query(_LARGEST_PART).result_rows[0][0])
    for file in part.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    field.kill("clickhouse")
    client.close()
    until(field.all_up, what="all services after ClickHouse's loss", within_s=60)


def test_a_sink_without_marks_puts_back_what_is_missing_and_nothing_else(
    ground: Field, report: Report, chaos_seed: int
):
    site = ordeal(ground, Fault("before rows were lost", lambda *_: None), report, chaos_seed)
    before = Counter(ground.rows(site))
    break_the_largest_part(ground)
    assert Counter(ground.rows(site)) != before
    # the others have nothing to do, so that nothing is on its way twice; an operator would stop them
    with ground.joined("sink", GROUP_ID="sink-anew"):
        until(lambda: Counter(ground.rows(site)) == before, what="the rows that were lost", within_s=BACK_WITHIN_S)
