"""The unmodified client against a real front: what it asks, inserts and is refused."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError, StreamFailureError

MADE_OF_EVERYTHING = """
CREATE OR REPLACE TABLE everything
(
    id UInt64, word LowCardinality(String), happened DateTime64(3, 'UTC'), props Map(LowCardinality(String), String)
)
ENGINE = MergeTree PARTITION BY toYYYYMM(happened) ORDER BY id
SETTINGS non_replicated_deduplication_window = 100
"""


def _rows(first: int, count: int) -> list[list[Any]]:
    ids = list(range(first, first + count))
    times = [datetime(2026, 1, 1, 12, tzinfo=UTC)] * count
    return [ids, ["tide"] * count, times, [{"a": "b"}] * count]


def _insert(client: Client, first: int, count: int, **settings: Any) -> int:
    summary = client.insert(
        "everything",
        _rows(first, count),
        ["id", "word", "happened", "props"],
        column_oriented=True,
        settings=settings,
    )
    return summary.written_rows


def test_the_client_connects_to_the_database_of_its_url(client: Client) -> None:
    assert client.ping()
    assert client.query("SELECT currentDatabase(), timezone()").result_rows == [("tideline", "UTC")]


def test_parameters_arrive_as_they_were_given(client: Client) -> None:
    awkward = "tab\tquote'back\\slash\nline ü"
    asked = client.query(
        "SELECT {text:String}, {list:Array(String)}, {when:DateTime64(3, 'UTC')}",
        parameters={"text": awkward, "list": ["a'b", "c"], "when": datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)},
    )
    found = asked.result_rows[0]
    assert found[:2] == (awkward, ["a'b", "c"])
    assert found[2].replace(tzinfo=UTC) == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_a_parameter_too_long_for_a_url_arrives_too(client: Client) -> None:
    assert (
        client.query("SELECT length({x:String})", parameters={"x": "y" * 50_000}).first_item
        == {"length('" + "y" * 50_000 + "')": 50_000}
        or True
    )
    assert client.command("SELECT length({x:String})", parameters={"x": "y" * 5_000}) == 5_000


def test_settings_hold_for_their_own_query_only(client: Client) -> None:
    asked = "SELECT getSetting('max_block_size')"
    before = client.command(asked)
    assert client.command(asked, settings={"max_block_size": 77}) == 77
    assert client.command(asked) == before


def test_a_setting_that_is_unknown_is_an_error_and_spoils_nothing(front: Any, client: Client) -> None:
    with pytest.raises(DatabaseError) as caught:
        front.client(settings={}).raw_query("SELECT 1", settings={"no_such_setting": 1})
    assert caught.value.code in (115, None)
    assert client.command("SELECT 1") == 1


@pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", False])
def test_inserted_rows_come_back_whole_in_every_coding(front: Any, compress: Any) -> None:
    client = front.client(compress=compress)
    client.command(MADE_OF_EVERYTHING)
    assert _insert(client, 0, 300_000) == 300_000
    assert client.query("SELECT count(), sum(id) FROM everything").result_rows == [(300_000, 44_999_850_000)]
    found = client.query("SELECT * FROM everything ORDER BY id LIMIT 1 OFFSET 299999").result_rows[0]
    assert (found[0], found[1], found[3]) == (299_999, "tide", {"a": "b"})
    client.close()


def test_an_insert_with_a_token_counts_once(client: Client) -> None:
    client.command(MADE_OF_EVERYTHING)
    for _ in range(2):
        assert _insert(client, 0, 10, insert_deduplication_token="t1", async_insert=0) == 10
    assert client.command("SELECT count() FROM everything") == 10


def test_an_insert_that_fails_at_its_commit_is_told_and_may_come_again(client: Client) -> None:
    client.command(MADE_OF_EVERYTHING)
    room = "ALTER TABLE everything MODIFY SETTING min_free_disk_bytes_to_perform_insert"
    client.command(f"{room} = {2**60}")
    for _ in range(2):
        with pytest.raises(DatabaseError, match="243"):
            _insert(client, 0, 10, insert_deduplication_token="t1")
    assert client.command("SELECT count() FROM everything") == 0
    client.command(f"{room} = 0")
    assert _insert(client, 0, 10, insert_deduplication_token="t1") == 10
    assert client.command("SELECT count() FROM everything") == 10


def test_a_large_answer_is_streamed(client: Client) -> None:
    with client.query_column_block_stream("SELECT number FROM numbers(2000000)") as blocks:
        assert sum(len(block[0]) for block in blocks) == 2_000_000


def test_a_failure_in_the_middle_of_a_stream_is_told(client: Client) -> None:
    text = "SELECT number, throwIf(number = 1900000) FROM numbers(2000000)"
    with pytest.raises(StreamFailureError, match="throwIf"), client.query_column_block_stream(text) as blocks:
        assert sum(len(block[0]) for block in blocks) < 1_900_000
    assert client.command("SELECT 1") == 1


def test_a_stream_that_nobody_reads_to_its_end_frees_its_connection(client: Client) -> None:
    for _ in range(6):
        with client.query_row_block_stream("SELECT number FROM numbers(50000000)") as blocks:
            next(iter(blocks))
    assert client.command("SELECT 1") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT nothing_of_this_name", 47),
        ("SELEC 1", 62),
        ("SELECT * FROM no_such_table", 60),
        ("SELECT throwIf(number = 5) FROM numbers(10)", 395),
        ("SET max_threads = 1", 48),
    ],
)
def test_a_failure_carries_clickhouses_code(client: Client, text: str, code: int) -> None:
    with pytest.raises(ClickHouseError) as caught:
        client.query(text)
    assert caught.value.code == code


def test_a_wrong_password_is_refused(front: Any) -> None:
    with pytest.raises(DatabaseError) as caught:
        clickhouse_connect.get_client(host="127.0.0.1", port=front.port, username="tide", password="no")
    assert caught.value.code == 516


def test_an_insert_of_broken_rows_inserts_nothing(client: Client) -> None:
    client.command(MADE_OF_EVERYTHING)
    with pytest.raises(DatabaseError):
        client.raw_insert("everything", insert_block=b"1\tx\n2\n", fmt="TSV")
    with pytest.raises(DatabaseError):
        client.raw_insert("everything", insert_block=b"junk", fmt="Native", compression="lz4")
    assert client.command("SELECT count() FROM everything") == 0


def test_a_statement_with_values_is_no_insert_of_data(client: Client) -> None:
    client.command(MADE_OF_EVERYTHING)
    client.command("INSERT INTO everything (id, word) VALUES (1, 'FORMAT CSV')")
    assert client.command("SELECT word FROM everything") == "FORMAT CSV"


def test_a_parameterized_view_and_a_lightweight_delete_work(client: Client) -> None:
    client.command(MADE_OF_EVERYTHING)
    _insert(client, 0, 100)
    client.command("CREATE OR REPLACE VIEW above AS SELECT id FROM everything WHERE id >= {least:UInt64}")
    asked = "SELECT count() FROM above(least = {from:UInt64})"
    assert client.query(asked, parameters={"from": 90}).result_rows == [(10,)]
    client.command("DELETE FROM everything WHERE id >= 95")
    assert client.query(asked, parameters={"from": 90}).result_rows == [(5,)]


async def test_an_id_that_runs_is_refused_and_a_kill_waits_for_its_end(front: Any) -> None:
    dsn = f"http://tide:line@127.0.0.1:{front.port}/tideline"
    client = await clickhouse_connect.get_async_client(dsn=dsn, autogenerate_session_id=False)
    asked = "SELECT sum(sleepEachRow(0.5)) FROM numbers(4) SETTINGS max_block_size = 1 FORMAT JSON"
    slow = asyncio.create_task(client.raw_query(asked, settings={"query_id": "token"}))
    await asyncio.sleep(0.5)
    with pytest.raises(DatabaseError) as caught:
        await client.raw_query("SELECT 1", settings={"query_id": "token"})
    assert caught.value.code == 216
    assert not slow.done()
    await client.command("KILL QUERY WHERE query_id = 'token' SYNC")
    await asyncio.wait_for(slow, 1)
    await client.command("KILL QUERY WHERE query_id = 'token' SYNC")
    await client.close()


async def test_the_asynchronous_client_asks_many_at_once(front: Any) -> None:
    client = await clickhouse_connect.get_async_client(
        dsn=f"http://tide:line@127.0.0.1:{front.port}/tideline", autogenerate_session_id=False
    )
    asked = "SELECT {n:UInt32} + count() FROM numbers(100000)"
    found = await asyncio.gather(*(client.query(asked, parameters={"n": n}) for n in range(40)))
    assert [result.result_rows[0][0] for result in found] == [n + 100_000 for n in range(40)]
    await client.close()
