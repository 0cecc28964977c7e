"""An import that goes wrong midway, on the real engine: gone on with, and everything is there once."""

import json
import uuid

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import OperationalError
from tideline.importing import events_to_blocks, file_import
from tideline.importing.events_table import EventsTable
from tideline.importing.file_import import UnverifiedError, import_file
from tideline.importing.import_lock import ImportRunsError, only_import

LATER_MS = 4_000_000_000_000


class Silent:
    def read(self, read_bytes):
        pass

    def stored(self, events, all_events):
        pass


class KilledError(Exception):
    """The process is killed here."""


class Failing(EventsTable):
    """The real table, whose n-th insert goes wrong in a given way."""

    def __init__(self, client, site_id, first_ms, last_ms, way, at=2):
        super().__init__(client, site_id, first_ms, last_ms)
        self._way, self._at, self._inserts = way, at, 0

    def insert(self, events, token):
        self._inserts += 1
        if self._inserts != self._at:
            super().insert(events, token)
            return
        if self._way == "lost":
            return
        if self._way.startswith("done, then"):
            super().insert(events, token)
        raise KilledError if self._way.endswith("killed") else OperationalError("away")


@pytest.fixture
def clickhouse(migrated_clickhouse_url):
    client = clickhouse_connect.get_client(dsn=migrated_clickhouse_url)
    yield client
    client.close()


@pytest.fixture
def site_id():
    return uuid.uuid4().int % 2**32


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Two events of each of 40 visitors, in blocks of 10: eight inserts, and most visitors in two of them."""
    monkeypatch.setattr(file_import, "MonthFiles", lambda: events_to_blocks.MonthFiles(block_events=10))
    monkeypatch.setattr(file_import, "_PAUSE_S", 0.01)
    lines = [
        {"timestamp": f"2026-0{month}-01T00:{n:02}:00Z", "name": "pageview", "visitor": f"v{n}"}
        for month in (8, 9)
        for n in range(40)
    ]
    path = tmp_path / "lines"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def load(file, clickhouse, site_id, table=EventsTable, **more):
    return import_file(
        file, site_id, "x.example", LATER_MS, lambda a, b: table(clickhouse, site_id, a, b, **more), Silent()
    )


def there(clickhouse, site_id):
    counts = "count(), uniqExact(event_id), uniqExact(visitor), uniqExact(session_id)"
    return clickhouse.query(f"SELECT {counts} FROM events WHERE site_id = {site_id}").result_rows[0]


@pytest.mark.parametrize("way", ["killed", "done, then killed"])
def test_an_import_that_was_killed_is_gone_on_with_by_the_same_command(file, clickhouse, site_id, way):
    with pytest.raises(KilledError):
        load(file, clickhouse, site_id, Failing, way=way)
    assert there(clickhouse, site_id)[0] == (20 if way.startswith("done") else 10)
    outcome = load(file, clickhouse, site_id)
    assert (outcome.lines, outcome.inserted) == (80, 60 if way.startswith("done") else 70)
    assert there(clickhouse, site_id) == (80, 80, 40, 80)


@pytest.mark.parametrize("way", ["away", "done, then away", "lost"])
def test_an_engine_that_fails_for_once_is_tried_again(file, clickhouse, site_id, way):
    assert load(file, clickhouse, site_id, Failing, way=way).inserted == 80
    assert there(clickhouse, site_id) == (80, 80, 40, 80)


def test_what_was_erased_can_be_imported_again(file, clickhouse, site_id):
    load(file, clickhouse, site_id)
    clickhouse.command(f"DELETE FROM events WHERE site_id = {site_id}", settings={"mutations_sync": 2})
    assert there(clickhouse, site_id)[0] == 0
    assert load(file, clickhouse, site_id).inserted == 80
    assert there(clickhouse, site_id) == (80, 80, 40, 80)


def test_a_table_that_never_holds_what_it_took_is_told(file, clickhouse, site_id, monkeypatch):
    monkeypatch.setattr(EventsTable, "insert", lambda *_: None)
    with pytest.raises(UnverifiedError):
        load(file, clickhouse, site_id)


def test_live_events_beside_it_are_left_alone(file, clickhouse, site_id):
    clickhouse.command(
        f"INSERT INTO events (site_id, timestamp, event_id) VALUES ({site_id}, '2026-08-15 00:00:00', 1)"
    )
    assert load(file, clickhouse, site_id).inserted == 80
    assert there(clickhouse, site_id)[0] == 81


def test_only_one_import_into_a_site_runs_at_a_time(postgres_url):
    with only_import(postgres_url, 1):
        with only_import(postgres_url, 2):
            pass
        with pytest.raises(ImportRunsError), only_import(postgres_url, 1):
            pass
    with only_import(postgres_url, 1):
        pass
