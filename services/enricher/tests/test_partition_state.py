"""What is remembered of a partition: collectors' numbers and the mark."""

from contract.envelope import VERSION, EventEnvelope, Section
from enricher.partition_state import MOST_COLLECTORS, PartitionState

INCARNATION = bytes(16)


def envelope(*offsets: int, incarnation: bytes = INCARNATION, **marks: int) -> EventEnvelope:
    named = {name.encode(): sequence for name, sequence in marks.items()}
    return EventEnvelope(VERSION, incarnation, [Section(offset) for offset in offsets], named)


def test_a_collectors_number_counts_within_its_epoch():
    state = PartitionState(INCARNATION)
    state.note(b"a", 3)
    assert state.is_repeat(b"a", 3)
    assert state.is_repeat(b"a", 2)
    assert not state.is_repeat(b"a", 4)
    assert not state.is_repeat(b"b", 1)


def test_of_too_many_collectors_the_longest_silent_is_forgotten():
    state = PartitionState(INCARNATION)
    for number in range(MOST_COLLECTORS):
        state.note(b"%d" % number, 1)
    state.note(b"0", 2)
    state.note(b"new", 1)
    assert len(state.collector_marks) == MOST_COLLECTORS
    assert state.is_repeat(b"0", 2)
    assert not state.is_repeat(b"1", 1)


def test_the_mark_and_the_collectors_come_back_from_the_tail():
    state = PartitionState(INCARNATION)
    state.restore(1, envelope(4, 5, a=1))
    state.restore(2, envelope(6, a=2, b=1))
    assert (state.mark, state.collector_marks) == (6, {b"a": 2, b"b": 1})


def test_what_a_second_owner_wrote_again_changes_nothing():
    state = PartitionState(INCARNATION)
    state.restore(1, envelope(4, 5, a=2))
    state.restore(2, envelope(4, a=1))
    assert (state.mark, state.collector_marks) == (5, {b"a": 2})


def test_a_tail_that_begins_within_a_second_owners_copy_ends_at_the_true_mark():
    state = PartitionState(INCARNATION)
    for offsets in ((1, 2, 3), (9,), (4, 5)):
        state.restore(1, envelope(*offsets))
    assert state.mark == 9


def test_offsets_of_another_life_of_the_topic_move_no_mark_and_collectors_count_on():
    state = PartitionState(INCARNATION)
    state.restore(1, envelope(40, incarnation=b"\x01" * 16, a=9))
    assert (state.mark, state.collector_marks) == (None, {b"a": 9})
    assert state.is_repeat(b"a", 9)


def test_what_a_process_of_an_earlier_life_wrote_late_takes_no_mark_back():
    state = PartitionState(INCARNATION)
    state.restore(1, envelope(0, 1, a=10))
    state.restore(2, envelope(41, incarnation=b"\x01" * 16, a=9))
    state.restore(3, envelope(1, 2, a=11))
    assert (state.mark, state.incarnation) == (2, INCARNATION)
