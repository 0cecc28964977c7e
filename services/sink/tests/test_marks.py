"""Which sections count as new."""

import pytest
from contract.envelope import VERSION, EventEnvelope, Section
from hypothesis import given, settings
from hypothesis import strategies as st
from sink.steps.marks import GapError, Mark, continues, take_new

ONE, TWO = b"1" * 16, b"2" * 16


def envelope(*source_offsets: int, incarnation: bytes = ONE) -> EventEnvelope:
    return EventEnvelope(VERSION, incarnation, [Section(offset) for offset in source_offsets], {})


def taken(found: EventEnvelope, mark: Mark) -> list[int]:
    return [section.source_offset for section in take_new(found, mark)[0]]


def test_the_first_section_may_have_any_source_offset():
    assert taken(envelope(41, 42), Mark()) == [41, 42]


def test_sections_at_or_below_the_mark_are_skipped():
    assert taken(envelope(3, 4, 5), Mark(4, ONE.hex())) == [5]


def test_a_record_of_repeats_only_leaves_the_mark_where_it_was():
    mark = Mark(9, ONE.hex())
    assert take_new(envelope(7, 8), mark) == ([], mark)


def test_a_gap_after_the_mark_stops_loudly():
    with pytest.raises(GapError, match="5 to 6 are missing"):
        take_new(envelope(7), Mark(4, ONE.hex()))


def test_a_gap_within_an_envelope_stops_loudly():
    with pytest.raises(GapError):
        take_new(envelope(5, 7), Mark(4, ONE.hex()))


def test_a_new_incarnation_starts_its_offsets_over():
    new, mark = take_new(envelope(0, 1, incarnation=TWO), Mark(900, ONE.hex()))
    assert [section.source_offset for section in new] == [0, 1]
    assert mark == Mark(1, TWO.hex(), ONE.hex())


def test_the_incarnation_before_may_not_come_back():
    _, mark = take_new(envelope(0, incarnation=TWO), Mark(900, ONE.hex()))
    with pytest.raises(GapError, match="previous incarnation"):
        take_new(envelope(901), mark)


def test_only_the_marks_own_incarnation_continues_it():
    assert continues(Mark(), ONE)
    assert continues(Mark(1, ONE.hex()), ONE)
    assert not continues(Mark(1, ONE.hex()), TWO)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=20))
def test_however_envelopes_repeat_each_source_offset_is_taken_once_or_it_stops(spans: list[tuple[int, int]]):
    mark, seen = Mark(), []
    for first, length in spans:
        try:
            new, mark = take_new(envelope(*range(first, first + length)), mark)
        except GapError:
            assert first > mark.source_offset + 1
            break
        seen += [section.source_offset for section in new]
    assert seen == list(range(seen[0], seen[0] + len(seen))) if seen else True
