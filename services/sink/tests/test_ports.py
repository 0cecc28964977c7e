"""One suite for every implementation of the ports: in memory, and on a real Kafka and ClickHouse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from clickhouse_connect.driver import create_client
from sink.adapters.clickhouse import ClickHouseTable
from sink.adapters.kafka import KafkaJournal, KafkaLog
from sink.intent import intending, settled
from sink.ports import FencedError, Journal, Log, Table, TableAwayError

from services.sink.tests.in_memory import InMemoryJournal, InMemoryLog, InMemoryTable
from services.sink.tests.made import INCARNATION, NOW_MS, block_of, record, section
from services.sink.tests.real import Place, admin_of

NOW = {"timestamp": NOW_MS, "received": NOW_MS // 1_000}
RECORDS = [record(offset, [section(10 + offset, 2, **NOW)]) for offset in range(5)]
BLOCK = block_of(RECORDS)


@pytest.fixture(params=["in memory", pytest.param("real", marks=pytest.mark.engines)])
def place(request: pytest.FixtureRequest) -> Place | None:
    """Somewhere real, or None for memory; engines are started only for the former."""
    if request.param == "in memory":
        return None
    return Place(request.getfixturevalue("kafka_url"), request.getfixturevalue("clickhouse_url"))


@pytest.fixture
async def table(place: Place | None) -> AsyncIterator[Table]:
    if place is None:
        yield InMemoryTable()
        return
    client = create_client(dsn=place.clickhouse_url, autogenerate_session_id=False)
    yield ClickHouseTable(lambda: client)
    client.close()


@asynccontextmanager
async def member(place: Place) -> AsyncIterator[tuple[AIOKafkaConsumer, TopicPartition]]:
    partition = TopicPartition(place.topic, 0)
    consumer = AIOKafkaConsumer(
        place.topic, bootstrap_servers=place.servers, group_id=place.group, enable_auto_commit=False,
        session_timeout_ms=6_000, heartbeat_interval_ms=1_000, auto_offset_reset="earliest",
    )  # fmt: skip
    await consumer.start()
    try:
        while partition not in consumer.assignment():
            await consumer.getmany(timeout_ms=100)
        yield consumer, partition
    finally:
        await consumer.stop()


@pytest.fixture
async def log(place: Place | None) -> AsyncIterator[Log]:
    if place is None:
        yield InMemoryLog(RECORDS)
        return
    await place.fill([RECORDS])
    async with member(place) as (consumer, partition):
        yield KafkaLog(consumer, partition)


@pytest.fixture
async def journal(place: Place | None) -> AsyncIterator[Journal]:
    if place is None:
        yield InMemoryJournal()
        return
    await place.fill([RECORDS])
    async with AsyncExitStack() as opened:
        admin = await opened.enter_async_context(admin_of(place.servers))
        consumer, partition = await opened.enter_async_context(member(place))
        yield KafkaJournal(consumer, admin, place.group, partition)


async def all_of(log: Log) -> list[int]:
    found: list[int] = []
    while records := await log.read(1.0):
        found += [each.offset for each in records]
    return found


async def test_a_log_is_read_in_order_from_where_one_seeks(log: Log):
    log.seek(2)
    assert await all_of(log) == [2, 3, 4]
    log.seek(0)
    assert await all_of(log) == [0, 1, 2, 3, 4]


async def test_a_log_knows_its_bounds(log: Log):
    assert await log.bounds() == (0, 5)


async def test_a_log_gives_each_record_as_it_was_written(log: Log):
    log.seek(0)
    assert (await log.read(1.0))[0] == RECORDS[0]


async def test_a_journal_is_empty_before_the_first_commit(journal: Journal):
    assert await journal.fetch() is None


async def test_a_journal_gives_back_offset_and_intent(journal: Journal):
    await journal.commit(0, intending(BLOCK))
    found = await journal.fetch()
    assert found is not None
    assert (found.offset, found.progress) == (0, intending(BLOCK))


async def test_a_later_commit_takes_the_place_of_the_one_before(journal: Journal):
    await journal.commit(0, intending(BLOCK))
    await journal.commit(5, settled(BLOCK.after))
    found = await journal.fetch()
    assert found is not None
    assert (found.offset, found.progress) == (5, settled(BLOCK.after))


async def test_a_table_holds_what_was_inserted(table: Table):
    assert not await table.has_rows()
    await table.insert(BLOCK.rows, "t")
    assert await table.has_rows()
    assert await table.held(BLOCK) == dict.fromkeys(BLOCK.keys(), 1)


async def test_a_token_that_was_seen_before_changes_nothing(table: Table):
    await table.insert(BLOCK.rows, "t")
    await table.insert(BLOCK.rows, "t")
    assert set((await table.held(BLOCK)).values()) == {1}


async def test_another_token_inserts_the_same_rows_again(table: Table):
    await table.insert(BLOCK.rows, "t")
    await table.insert(BLOCK.only({BLOCK.keys()[3]}), "u")
    held = await table.held(BLOCK)
    assert held[BLOCK.keys()[3]] == 2
    assert sum(held.values()) == 11


async def test_a_line_of_the_ledger_that_is_written_again_takes_the_place_of_its_like(
    table: Table, place: Place | None
):
    other = block_of([record(5, [section(15, 3, **NOW)])]).ledger
    assert await table.accounted(0) == {}
    for lines in (BLOCK.ledger, other, BLOCK.ledger):
        await table.account(lines)
    assert await table.accounted(0) == {INCARNATION.hex(): 15}
    assert await table.accounted(1) == {}
    if place is None:
        assert sum(table.ledger.values()) == 13
    else:
        assert place.ledger() == {(NOW["received"] // 60 * 60, ""): 13}


async def test_how_far_storage_has_come_is_told_by_partition(kafka_url: str, clickhouse_url: str):
    place = Place(kafka_url, clickhouse_url)
    client = create_client(dsn=place.clickhouse_url, autogenerate_session_id=False)
    for reached in ({0: NOW_MS, 1: NOW_MS + 1}, {1: NOW_MS + 7}):
        await ClickHouseTable(lambda: client).reach(reached, 2)
    found = client.query("SELECT * FROM ledger_reach FINAL ORDER BY source_partition").result_rows
    client.close()
    assert [(p, n, round(at.timestamp() * 1_000)) for p, n, at in found] == [(0, 2, NOW_MS), (1, 2, NOW_MS + 7)]


async def test_a_block_sees_no_rows_of_other_partitions(table: Table):
    await table.insert(block_of(RECORDS, partition=1).rows, "t")
    assert not await table.held(BLOCK)


async def test_every_column_comes_back_as_it_went_in(kafka_url: str, clickhouse_url: str):
    given: dict[str, Any] = {
        **NOW, "page": "/ä/✓ 'quoted'", "props": {"a": "1", "ü": ""}, "is_bounce": True, "visitor": 2**64 - 1,
        "scroll_depth": 255, "revenue_amount": "12.30", "country": "DE", "city": 2_925_533, "session_start": NOW_MS - 1,
    }  # fmt: skip
    place = Place(kafka_url, clickhouse_url)
    client = create_client(dsn=place.clickhouse_url, autogenerate_session_id=False)
    await ClickHouseTable(lambda: client).insert(block_of([record(0, [section(7, 1, **given)])]).rows, "t")
    found = client.query("SELECT * FROM events")
    row = dict(zip(found.column_names, found.result_rows[0], strict=True))
    client.close()
    times = {name: round(row[name].timestamp() * 1_000) for name in ("timestamp", "session_start", "received")}
    assert times == {"timestamp": NOW_MS, "session_start": NOW_MS - 1, "received": NOW_MS // 1_000 * 1_000}
    assert {name: row[name] for name in given if name not in times} == {
        name: value for name, value in given.items() if name not in times
    }


async def test_a_member_that_lost_the_partition_cannot_commit(kafka_url: str, clickhouse_url: str):
    place = Place(kafka_url, clickhouse_url)
    await place.fill([RECORDS])
    async with admin_of(place.servers) as admin, member(place) as (consumer, partition):
        journal = KafkaJournal(consumer, admin, place.group, partition)
        await journal.commit(0, settled(BLOCK.before))
        consumer._coordinator.generation -= 1
        with pytest.raises(FencedError):
            await journal.commit(5, settled(BLOCK.after))


async def test_a_server_that_is_away_or_refuses_is_told_without_its_text(kafka_url: str, clickhouse_url: str):
    place = Place(kafka_url, clickhouse_url)
    client = create_client(dsn=place.clickhouse_url, autogenerate_session_id=False)
    client.command("RENAME TABLE events TO elsewhere")
    with pytest.raises(TableAwayError, match="code 60") as found:
        await ClickHouseTable(lambda: client).insert(BLOCK.rows, "t")
    client.close()
    assert str(found.value) == "code 60"
