"""Exactly once, whatever fails or dies at whichever step."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, repeat

import pytest
from contract.envelope import Section
from contract.outcomes import Tally
from hypothesis import given, settings
from hypothesis import strategies as st
from sink.delivery import Delivery, ForeignLogError
from sink.events_to_block import BlockBuilder, Place, Record
from sink.intent import decode, encode, settled
from sink.partition import Limits, PartitionSink

from services.sink.tests.in_memory import Fate, InMemoryJournal, InMemoryLog, InMemoryTable, SinkDied
from services.sink.tests.made import INCARNATION, NOON_MS, TOPIC, block_of, record, section

LOG = [
    record(0, [section(10, 3)]),
    record(1, [section(11, 0), section(12, 2)]),
    record(2, [section(12, 2), section(13, 1)]),  # the enricher wrote 12 twice
    record(3, [Section(14, [], [Tally(1, NOON_MS // 60_000, "bot", 5)], received_ms=NOON_MS)]),
    record(4, [section(15, 2), section(16, 2)]),
    record(5, [section(17, 4)]),
    record(6, [section(18, 1)]),
]
EVENTS = 3 + 2 + 1 + 2 + 2 + 4 + 1
DROPPED = [(1, NOON_MS // 60_000 * 60, "bot", INCARNATION.hex(), 0, 14)]
"""The key of the one line of the ledger that no event makes."""
FATES = st.lists(st.sampled_from(Fate), max_size=25)


def then_ok(fates: Iterable[Fate]) -> Iterator[Fate]:
    return chain(fates, repeat(Fate.OK))


async def live(records: list[Record], journal: InMemoryJournal, table: InMemoryTable, max_rows: int) -> None:
    """One life of a sink: until the log is drained, or it dies, or is fenced."""
    log = InMemoryLog(records)
    delivery = Delivery(0, TOPIC, journal, table, clock=lambda: NOON_MS / 1_000)
    sink = PartitionSink(lambda place: BlockBuilder(TOPIC, 0, place), log, delivery, Limits(0, max_rows, 10_000), 0)
    log.on_drained = sink.stop
    await sink.run()


def lives_until_done(
    records: list[Record], journal: InMemoryJournal, table: InMemoryTable, sizes: Iterator[int], forgets: Iterator[bool]
) -> None:
    for _ in range(100):
        with suppress(SinkDied):
            asyncio.run(live(records, journal, table, next(sizes)))
        if journal.kept and journal.kept[0] == len(records) and decode(journal.kept[1]).pending is None:
            return
        if next(forgets):
            journal.kept = None
    raise AssertionError("never done")


def beacons_told(table: InMemoryTable) -> tuple[int, int]:
    """Events and drops that the loss ledger knows of."""
    drops = sum(beacons for line, beacons in table.ledger.items() if line in DROPPED)
    return sum(table.ledger.values()) - drops, drops


@settings(max_examples=100, deadline=None)
@given(FATES, FATES, st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_each_event_is_there_once_whatever_dies_at_whichever_step(
    commits: list[Fate], inserts: list[Fate], sizes: list[int]
):
    journal, table = InMemoryJournal(then_ok(commits)), InMemoryTable(then_ok(inserts))
    lives_until_done(LOG, journal, table, chain(sizes, repeat(5)), repeat(False))
    assert set(table.rows.values()) == {1}
    assert len(table.rows) == EVENTS
    assert beacons_told(table) == (EVENTS, 5)


@settings(max_examples=100, deadline=None)
@given(FATES, FATES, st.lists(st.booleans(), max_size=10), st.lists(st.integers(1, 12), max_size=5))
def test_each_event_is_there_once_when_the_marks_are_lost_as_well(
    commits: list[Fate], inserts: list[Fate], forgets: list[bool], sizes: list[int]
):
    journal, table = InMemoryJournal(then_ok(commits)), InMemoryTable(then_ok(inserts))
    lives_until_done(LOG, journal, table, chain(sizes, repeat(5)), chain(forgets, repeat(False)))
    assert set(table.rows.values()) == {1}
    assert len(table.rows) == EVENTS
    assert beacons_told(table) == (EVENTS, 5)


def test_without_failure_every_block_is_inserted_once_and_nothing_is_pending():
    journal, table = InMemoryJournal(), InMemoryTable()
    asyncio.run(live(LOG, journal, table, 4))
    assert len(table.rows) == EVENTS
    assert len(table.inserts) == len(set(table.inserts))
    offset, text = journal.kept
    assert (offset, decode(text).mark.source_offset, decode(text).pending) == (7, 18, None)


def test_the_intent_is_committed_before_the_insert():
    journal = InMemoryJournal()
    table = InMemoryTable(iter([Fate.DIES_BEFORE]))
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, journal, table, 100))
    offset, text = journal.kept
    assert (offset, decode(text).pending.end) == (0, 3)


def test_the_successor_re_forms_the_very_block_whatever_its_own_limits():
    journal, table = InMemoryJournal(), InMemoryTable(then_ok([Fate.DIES_AFTER]))
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, journal, table, 100))
    asyncio.run(live(LOG, journal, table, 1))
    assert table.inserts[0] == table.inserts[1]
    assert set(table.rows.values()) == {1}


def test_that_marks_were_lost_is_remembered_over_a_death_amid_verifying():
    table = InMemoryTable()
    asyncio.run(live(LOG, InMemoryJournal(), table, 3))
    forgotten = InMemoryJournal(then_ok([Fate.OK, Fate.DIES_AFTER]))
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, forgotten, table, 1))
    asyncio.run(live(LOG, forgotten, table, 7))
    assert set(table.rows.values()) == {1}
    assert len(table.rows) == EVENTS


def test_the_loss_ledger_is_written_before_the_rows_and_again_by_the_successor():
    journal, table = InMemoryJournal(), InMemoryTable(iter([Fate.DIES_BEFORE]))
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, journal, table, 100))
    assert beacons_told(table)[0] > len(table.rows) == 0
    table.ledger.clear()
    table._fates = repeat(Fate.OK)
    asyncio.run(live(LOG, journal, table, 100))
    assert beacons_told(table) == (EVENTS, 5)


def test_a_ghost_token_is_repaired_under_a_fresh_one():
    journal, table = InMemoryJournal(), InMemoryTable(then_ok([Fate.GHOST]))
    asyncio.run(live(LOG, journal, table, 100))
    assert any(":fix:" in token for token in table.inserts)
    assert len(table.rows) == EVENTS


def test_a_fenced_commit_inserts_nothing():
    journal, table = InMemoryJournal(iter([Fate.REFUSED])), InMemoryTable()
    asyncio.run(live(LOG, journal, table, 100))
    assert not table.inserts


def test_another_log_behind_an_intent_stops_loudly():
    journal = InMemoryJournal()
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, journal, InMemoryTable(iter([Fate.DIES_BEFORE])), 100))
    other = [record(offset, [section(10 + offset, 1)]) for offset in range(7)]
    with pytest.raises(ForeignLogError, match="other records"):
        asyncio.run(live(other, journal, InMemoryTable(), 100))


def test_records_that_are_gone_behind_an_intent_stop_loudly():
    journal = InMemoryJournal()
    with pytest.raises(SinkDied):
        asyncio.run(live(LOG, journal, InMemoryTable(iter([Fate.DIES_BEFORE])), 100))
    with pytest.raises(ForeignLogError, match="not there any more"):
        asyncio.run(live(LOG[:2], journal, InMemoryTable(), 100))


def test_rows_that_are_there_twice_are_told_and_left_alone():
    journal, table = InMemoryJournal(), InMemoryTable(then_ok([Fate.ANSWER_LOST]))
    key = block_of(LOG).keys()[0]
    table.rows[0, key] += 1
    journal.kept = 0, encode(settled(Place(0)))
    asyncio.run(live(LOG, journal, table, 100))
    assert table.rows[0, key] == 2
