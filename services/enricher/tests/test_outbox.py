"""Sections on their way: gathered by partition, split by size, sent in order, awaited together."""

import asyncio

import pytest
from contract.envelope import Section
from contract.limits import MAX_ENVELOPE_BYTES
from enricher.outbox import Outbox
from enricher.partition_state import PartitionState


@pytest.fixture
def outbox(memory_log) -> Outbox:
    return Outbox(memory_log)


@pytest.fixture
def state() -> PartitionState:
    return PartitionState(bytes(16))


async def test_nothing_is_sent_before_it_is_settled(outbox, memory_log, state):
    await outbox.add(0, state, Section(0))
    assert memory_log.events == []
    await outbox.settle()
    assert len(memory_log.events) == 1


async def test_partitions_do_not_share_records(outbox, memory_log, state):
    other = PartitionState(bytes(16))
    for offset in range(2):
        await outbox.add(0, state, Section(offset))
        await outbox.add(1, other, Section(offset + 10))
    await outbox.settle()
    found = [[section.source_offset for section in memory_log.envelopes(p)[0].sections] for p in (0, 1)]
    assert found == [[0, 1], [10, 11]]


async def test_the_marks_are_those_as_of_the_records_end(outbox, memory_log, state):
    for sequence in (1, 2):
        state.note(b"epoch", sequence)
        await outbox.add(0, state, Section(sequence))
    await outbox.settle()
    assert memory_log.envelopes()[0].marks == {b"epoch": 2}


async def test_the_mark_moves_with_each_section(outbox, state):
    await outbox.add(0, state, Section(7))
    assert state.mark == 7


async def test_a_record_of_empty_sections_alone_has_their_receive_time(outbox, memory_log, state):
    await outbox.add(0, state, Section(0, received_ms=5))
    await outbox.add(0, state, Section(1, received_ms=6))
    await outbox.settle()
    assert memory_log.events[0][1] == 6


async def test_a_long_run_of_empty_sections_is_split(outbox, memory_log, state):
    for offset in range(2_500):
        await outbox.add(0, state, Section(offset))
    await outbox.settle()
    assert [len(envelope.sections) for envelope in memory_log.envelopes()] == [1_000, 1_000, 500]


async def test_what_was_made_of_large_envelopes_is_split(outbox, memory_log, state):
    for offset in range(5):
        await outbox.add(0, state, Section(offset), MAX_ENVELOPE_BYTES)
    await outbox.settle()
    assert [len(envelope.sections) for envelope in memory_log.envelopes()] == [2, 2, 1]


async def test_settling_waits_for_every_acknowledgement(outbox, memory_log, state):
    hold = asyncio.Event()

    async def acknowledged() -> None:
        await hold.wait()

    memory_log._acknowledged = acknowledged
    await outbox.add(0, state, Section(0))
    settling = asyncio.create_task(outbox.settle())
    await asyncio.sleep(0.01)
    assert not settling.done()
    hold.set()
    await settling


async def test_settling_nothing_is_harmless(outbox, memory_log):
    await outbox.settle()
    assert memory_log.events == []
