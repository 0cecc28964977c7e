"""The consume loop: batches, acknowledgements to Faust, assignments, failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from contract.dead_letter_limit import HeldError
from enricher.intake import Intake
from enricher.ports import Record


@pytest.fixture
async def intake(partitions) -> AsyncIterator[Intake]:
    found = Intake(partitions, lambda: False)
    await found.start()
    yield found
    await found.stop()


async def until(condition) -> None:
    for _ in range(5_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("not within five seconds")


async def test_a_record_is_acknowledged_behind_its_section(intake, memory_log, source, beacon):
    done = []
    await intake.take(source(beacon()), lambda: done.append(len(memory_log.events)))
    await until(lambda: done)
    assert done == [1]


async def test_what_waited_meanwhile_goes_as_one_batch(intake, memory_log, source, beacon):
    done = []
    for _ in range(20):
        await intake.take(source(beacon()), lambda: done.append(1))
    await until(lambda: len(done) == 20)
    assert len(memory_log.events) < 20
    assert sum(len(envelope.sections) for envelope in memory_log.envelopes()) == 20


async def test_nothing_is_acknowledged_and_the_process_ends_where_a_batch_fails(intake, memory_log, source, beacon):
    memory_log.unacknowledged = True
    done = []
    await intake.take(source(beacon()), lambda: done.append(1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(intake.failed(), 5)
    assert done == []


async def test_a_record_of_an_earlier_assignment_is_dropped(intake, memory_log, source, beacon):
    done = []
    await intake.take(source(beacon()), lambda: done.append(1))
    intake.revoked()
    await asyncio.sleep(0.02)
    assert memory_log.events == done == []


async def test_an_assigned_partition_is_caught_up_before_any_record_comes(intake, memory_log, source, beacon):
    source(beacon())
    memory_log.group_offset = 1
    intake.assigned([0])
    await until(lambda: memory_log.events)


async def test_a_record_that_comes_before_its_assignment_is_told_is_carried(intake, memory_log, source, beacon):
    intake.revoked()
    done = []
    await intake.take(source(beacon()), lambda: done.append(1))
    intake.assigned([0])
    await until(lambda: done)
    assert len(memory_log.envelopes()) == 1


async def test_what_is_known_of_a_partition_is_void_after_an_assignment_of_none(intake, partitions, source, beacon):
    source(beacon())
    intake.assigned([0])
    assert intake.owned == {0}
    await until(lambda: partitions.known(0))
    intake.assigned([])
    assert intake.owned == set()
    intake.assigned([0])
    assert partitions.known(0) is None
    await until(lambda: partitions.known(0))


async def test_an_assignment_that_was_taken_back_at_once_is_not_caught_up(intake, memory_log, source, beacon):
    source(beacon())
    memory_log.group_offset = 1
    intake.assigned([0])
    intake.revoked()
    await asyncio.sleep(0.02)
    assert memory_log.events == []


@pytest.mark.parametrize(
    ("value_bytes", "taken"), [pytest.param(10, 1_001, id="small ones"), pytest.param(2**20, 9, id="large ones")]
)
async def test_more_records_than_there_is_room_for_wait_outside(partitions, source, beacon, value_bytes, taken):
    idle = Intake(partitions, lambda: False)
    record = Record(0, 0, 0, bytes(value_bytes))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            for _ in range(2_000):
                await idle.take(record, lambda: None)
    assert idle._waiting.qsize() == taken


async def test_room_comes_with_the_batch_that_is_carried(intake, memory_log, source, beacon, monkeypatch):
    monkeypatch.setattr("enricher.intake._MOST_WAITING", 3)
    done = []
    for _ in range(20):
        await asyncio.wait_for(intake.take(source(beacon()), lambda: done.append(1)), 5)
    await until(lambda: len(done) == 20)
    assert sum(len(envelope.sections) for envelope in memory_log.envelopes()) == 20


async def test_it_is_not_ready_once_it_is_held(partitions):
    held = Intake(partitions, lambda: True)
    with pytest.raises(HeldError, match=r"DEAD_LETTERS_A_MINUTE.*tideline dead-letters list.*restart"):
        await held.ready()
    await Intake(partitions, lambda: False).ready()


async def test_stopping_twice_or_before_the_start_is_harmless(partitions):
    fresh = Intake(partitions, lambda: False)
    await fresh.stop()
    await fresh.start()
    await fresh.stop()
    await fresh.stop()


async def test_what_faust_does_not_bring_is_read_without_it_to_the_end(intake, memory_log, source, beacon, monkeypatch):
    monkeypatch.setattr("enricher.partitions._MOST_READ_ON", 2)
    intake.assigned([0])
    for _ in range(5):
        source(beacon())
    intake.read_on(0, 5)
    await until(lambda: sum(len(envelope.sections) for envelope in memory_log.envelopes()) == 5)


async def test_what_faust_brings_after_all_is_passed_over_and_acknowledged(intake, memory_log, source, beacon):
    late = source(beacon())
    intake.assigned([0])
    intake.read_on(0, 1)
    await until(lambda: memory_log.events)
    done = []
    await intake.take(late, lambda: done.append(1))
    await until(lambda: done)
    assert sum(len(envelope.sections) for envelope in memory_log.envelopes()) == 1


async def test_a_partition_that_was_revoked_is_not_read_on(intake, memory_log, source, beacon):
    source(beacon())
    intake.assigned([0])
    intake.read_on(0, 1)
    intake.revoked()
    await asyncio.sleep(0.02)
    assert memory_log.events == []
