"""A site's loss ledger: what became of each beacon, and how far that is known."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from contract.ledger import LEDGER_COLUMNS

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
TODAY = {"from": f"{NOW - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}", "to": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}
TEN_AGO = NOW - timedelta(minutes=10)
LIFE = "aa" * 16


class Ledger:
    """What is in a site's ledger, and what it says."""

    def __init__(self, shore: Any, client: Any) -> None:
        self.shore = shore
        self._client = client

    def write(
        self, at: datetime, reason: str, beacons: int, source_offset: int = 0, site_id: int | None = None
    ) -> None:
        line = [self.shore.site_id if site_id is None else site_id, at, reason, LIFE, 0, source_offset, beacons]
        self._client.insert("ledger", [line], column_names=list(LEDGER_COLUMNS))

    def reach(self, *reached: datetime, partitions: int) -> None:
        self._client.command("TRUNCATE TABLE ledger_reach")
        rows = [[partition, partitions, at] for partition, at in enumerate(reached)]
        self._client.insert("ledger_reach", rows, column_names=["source_partition", "partitions", "reached"])

    async def answer(self, **asked: str) -> httpx.Response:
        return await self.shore.api.get(f"/api/v1/sites/{self.shore.domain}/ledger", params={**TODAY, **asked})

    async def ask(self, **asked: str) -> Any:
        response = await self.answer(**asked)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
async def ledger(shore, clickhouse_client) -> AsyncIterator[Ledger]:
    yield Ledger(shore, clickhouse_client)
    clickhouse_client.command("TRUNCATE TABLE ledger")
    clickhouse_client.command("TRUNCATE TABLE ledger_reach")


def store(ledger: Ledger, visit: Any, at: datetime, **columns: object) -> None:
    ledger.shore.add(visit((at.isoformat(), "/"), **columns))


async def test_the_sums_meet_where_every_accepted_beacon_is_stored(ledger, visit):
    for reason, beacons in (("", 2), ("bot", 3), ("opted_out", 1), ("poison", 1), ("forged", 2), ("expired", 4)):
        ledger.write(TEN_AGO, reason, beacons)
    store(ledger, visit, TEN_AGO)
    store(ledger, visit, TEN_AGO + timedelta(seconds=59))
    told = await ledger.ask(step="minute")
    line = {
        "accepted": 2,
        "dropped": {"bot": 3, "opted_out": 1},
        "dead": 3,
        "expired": 4,
        "stored": 2,
        "difference": 0,
    }
    assert [{name: value for name, value in each.items() if name != "at"} for each in told["lines"]] == [line]
    assert told["totals"] == line
    assert datetime.fromisoformat(told["lines"][0]["at"]) == TEN_AGO


async def test_a_row_that_is_missing_is_shown_in_its_minute(ledger, visit):
    ledger.write(TEN_AGO, "", 2)
    ledger.write(TEN_AGO + timedelta(minutes=1), "", 1)
    store(ledger, visit, TEN_AGO)
    store(ledger, visit, TEN_AGO + timedelta(minutes=1))
    told = await ledger.ask(step="minute")
    assert [line["difference"] for line in told["lines"]] == [1, 0]


async def test_a_line_that_was_written_twice_counts_once_and_others_add_up(ledger):
    for source_offset in (7, 7, 8):
        ledger.write(TEN_AGO, "bot", 5, source_offset)
    assert (await ledger.ask())["totals"]["dropped"] == {"bot": 10}


async def test_what_was_dead_and_sent_again_is_dead_no_more(ledger):
    ledger.write(TEN_AGO, "poison", 2, 7)
    ledger.write(TEN_AGO, "poison", -1, 8)
    assert (await ledger.ask())["totals"]["dead"] == 1


async def test_imported_rows_are_nobodys_beacons(ledger, visit, clickhouse_client):
    columns = ["site_id", "timestamp", "received", "session_start", "imported"]
    row = [ledger.shore.site_id, TEN_AGO, TEN_AGO, TEN_AGO, True]
    clickhouse_client.insert("events", [row], column_names=columns)
    assert (await ledger.ask())["totals"]["stored"] == 0


async def test_a_late_beacons_row_is_counted_when_it_was_received(ledger, visit):
    ledger.write(TEN_AGO, "", 1)
    store(ledger, visit, TEN_AGO - timedelta(hours=47), received=TEN_AGO)
    assert (await ledger.ask())["totals"]["difference"] == 0


async def test_a_range_is_complete_once_every_partition_has_come_past_it(ledger):
    ledger.reach(NOW, NOW - timedelta(minutes=1), partitions=2)
    told = await ledger.ask()
    assert (told["complete"], datetime.fromisoformat(told["complete_until"])) == (False, NOW - timedelta(minutes=1))
    ledger.reach(NOW, NOW, partitions=2)
    assert (await ledger.ask())["complete"]


async def test_nobody_knows_how_complete_it_is_while_a_partition_is_silent(ledger):
    assert (await ledger.ask())["complete_until"] is None
    ledger.reach(NOW, partitions=2)
    told = await ledger.ask()
    assert (told["complete"], told["complete_until"]) == (False, None)


async def test_unknown_sites_share_a_line_that_keys_for_all_sites_see(ledger):
    ledger.write(TEN_AGO, "unknown_site", 6, site_id=0)
    told = await ledger.ask()
    assert told["unknown_sites"]["dropped"] == {"unknown_site": 6}
    assert told["totals"]["dropped"] == {}


@pytest.mark.parametrize("zone", ["Asia/Kolkata"])
async def test_days_are_those_of_the_sites_clock(ledger):
    ledger.write(TEN_AGO, "bot", 1)
    told = await ledger.ask(step="day")
    (line,) = told["lines"]
    assert line["at"].endswith("T00:00:00+05:30")


async def test_lines_that_are_about_to_lapse_are_not_told(ledger):
    told = await ledger.ask(**{"from": "2020-01-01", "to": "2020-01-31", "step": "day"})
    assert told["lines"] == []
    assert datetime.fromisoformat(told["from"]) > NOW - timedelta(days=35)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-01-31T00:00:00"}, "to"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "from"),
        ({"step": "week"}, "step"),
        ({"from": "2026-01-01", "to": "2026-12-31", "step": "minute"}, "step"),
    ],
)
async def test_what_is_wrong_is_named(ledger, asked, field):
    response = await ledger.answer(**asked)
    assert response.status_code == 400
    assert response.json()["error"].startswith(f"{field}: ")


async def test_a_site_that_the_key_does_not_see_is_refused(ledger):
    response = await ledger.shore.api.get("/api/v1/sites/nobodys.example/ledger")
    assert response.status_code == 401
    assert (await ledger.shore.api.get("/api/v1/sites/x/ledger", headers={"Authorization": ""})).status_code == 401
