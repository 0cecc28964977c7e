"""One partition's loop: when a block is due, what is gathered meanwhile, how it stops."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pyarrow as pa
import pytest
from sink.delivery import Delivery
from sink.events_to_block import BlockBuilder, Record
from sink.intent import decode
from sink.partition import Limits, PartitionSink
from sink.steps.marks import GapError

from services.sink.tests.in_memory import InMemoryJournal, InMemoryLog, InMemoryTable
from services.sink.tests.made import LATER_INCARNATION, NOON_MS, TOPIC, record, section

RECORDS = [record(offset, [section(offset, 2)]) for offset in range(12)]
AT_ONCE = Limits(flush_interval_s=0, max_rows=1_000, max_bytes=1_000_000)


class SlowTable(InMemoryTable):
    """Each insert waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()

    async def insert(self, rows: pa.Table, token: str) -> None:
        self.begun.set()
        await self.may_end.wait()
        await super().insert(rows, token)


class Rig:
    """A partition's loop between things in memory."""

    def __init__(self, records: Sequence[Record], table: InMemoryTable, limits: Limits = AT_ONCE) -> None:
        self.log = InMemoryLog(records)
        self.journal = InMemoryJournal()
        self.table = table
        self.beats = 0
        delivery = Delivery(0, TOPIC, self.journal, table, clock=lambda: NOON_MS / 1_000, beat=self.beat)
        self.sink = PartitionSink(lambda place: BlockBuilder(TOPIC, 0, place), self.log, delivery, limits, 0)

    def beat(self) -> None:
        self.beats += 1

    def acknowledged(self) -> int | None:
        """The committed offset where nothing is pending behind it."""
        if self.journal.kept is None:
            return None
        offset, text = self.journal.kept
        progress = decode(text)
        return offset if progress is not None and progress.pending is None else None


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while True:
            if true():
                return
            await asyncio.sleep(0.005)


async def stopped(rig: Rig, after: Callable[[], Awaitable[None]]) -> None:
    running = asyncio.create_task(rig.sink.run())
    try:
        await after()
        rig.sink.stop()
        await asyncio.wait_for(running, 5)
    finally:
        running.cancel()


async def test_an_idle_partition_acknowledges_what_it_delivered():
    rig = Rig(RECORDS, InMemoryTable())
    await stopped(rig, lambda: eventually(lambda: rig.acknowledged() == 12))
    assert len(rig.table.rows) == 24


async def test_an_idle_partition_beats_only_while_there_is_nothing_to_bring():
    rig = Rig(RECORDS, InMemoryTable())

    async def meanwhile() -> None:
        await eventually(lambda: rig.acknowledged() == 12)
        before = rig.beats
        await eventually(lambda: rig.beats > before + 3)
        rig.log.stuck = True
        await asyncio.sleep(0.05)
        before = rig.beats
        await asyncio.sleep(0.05)
        assert rig.beats == before
        rig.log.stuck = False
        await eventually(lambda: rig.beats > before)

    await stopped(rig, meanwhile)


async def test_records_that_come_during_an_insert_make_one_block():
    table = SlowTable()
    rig = Rig(RECORDS, table)

    async def meanwhile() -> None:
        await table.begun.wait()
        await eventually(lambda: rig.sink._ahead is not None and rig.log._at == 12)
        table.may_end.set()

    await stopped(rig, meanwhile)
    assert len(table.inserts) == 2
    assert len(table.rows) == 24


async def test_a_full_block_waits_for_the_insert_and_reads_no_further():
    table = SlowTable()
    rig = Rig(RECORDS, table, Limits(0, max_rows=4, max_bytes=1_000_000))

    async def meanwhile() -> None:
        await table.begun.wait()
        await asyncio.sleep(0.05)
        assert rig.log._at <= 6
        table.may_end.set()
        await eventually(lambda: rig.acknowledged() == 12)

    await stopped(rig, meanwhile)
    assert all(rows == 1 for rows in table.rows.values())


async def test_the_bytes_of_envelopes_bound_a_block_as_well():
    rig = Rig(RECORDS, InMemoryTable(), Limits(60, max_rows=1_000, max_bytes=len(RECORDS[0].value) * 3))
    await stopped(rig, lambda: eventually(lambda: len(rig.table.inserts) == 4))
    assert len(rig.table.rows) == 24


async def test_a_stop_delivers_what_was_gathered_without_waiting_for_the_interval():
    rig = Rig(RECORDS, InMemoryTable(), Limits(60, max_rows=1_000, max_bytes=1_000_000))
    rig.sink._flushed_at = asyncio.get_running_loop().time() + 1_000
    await stopped(rig, lambda: eventually(lambda: rig.log._at == 12))
    assert rig.acknowledged() == 12
    assert len(rig.table.rows) == 24


async def test_a_new_incarnation_begins_a_block_of_its_own():
    rig = Rig([*RECORDS, record(12, [section(0, 1)], LATER_INCARNATION)], InMemoryTable(), Limits(0.05, 1_000, 10**6))
    await stopped(rig, lambda: eventually(lambda: rig.acknowledged() == 13))
    assert rig.table.rows.total() == 25


async def test_empty_sections_are_acknowledged_without_an_insert():
    rig = Rig([record(0, [section(0, 0)]), record(1, [section(1, 0)])], InMemoryTable())
    await stopped(rig, lambda: eventually(lambda: rig.acknowledged() == 2))
    assert not rig.table.inserts


async def test_a_gap_ends_the_loop_with_its_reason_and_what_came_before_it_is_not_lost():
    rig = Rig([*RECORDS[:3], record(3, [section(9)])], InMemoryTable())
    with pytest.raises(GapError):
        await rig.sink.run()
    assert len(rig.table.rows) in (0, 6)


async def test_a_cancelled_loop_leaves_no_insert_running():
    table = SlowTable()
    rig = Rig(RECORDS, table)
    running = asyncio.create_task(rig.sink.run())
    await table.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
