"""Blocks: the same records make the same block, and nothing else does."""

import pytest
from contract.envelope import UnknownVersionError, UnreadableError
from hypothesis import given, settings
from hypothesis import strategies as st
from sink.events_to_block import BlockBuilder, Place, Record
from sink.steps.marks import GapError, Mark

from services.sink.tests.made import LATER_INCARNATION, NOON_MS, TOPIC, block_of, record, section

DAY_MS = 24 * 3_600 * 1_000
RECORDS = [record(10, [section(100), section(101, 0)]), record(11, [section(102, 3)])]


def test_a_block_holds_the_rows_of_its_records_in_order():
    assert block_of(RECORDS).rows["event_id"].to_pylist() == [100_000, 100_001, 102_000, 102_001, 102_002]


def test_a_block_knows_the_place_after_it():
    after = block_of(RECORDS).after
    assert (after.offset, after.mark.source_offset) == (12, 102)


def test_the_same_records_make_the_same_token():
    assert block_of(RECORDS).token == block_of(RECORDS).token


def test_other_content_at_the_same_offsets_makes_another_token():
    other = [RECORDS[0], record(11, [section(102, 4)])]
    assert block_of(RECORDS).token != block_of(other).token


def test_another_mark_before_it_makes_another_token():
    marked = Place(10, Mark(100, (b"one-life-of-it-1").hex()))
    assert block_of(RECORDS, marked).token != block_of(RECORDS).token


def test_another_partition_makes_another_token():
    assert block_of(RECORDS, partition=1).token != block_of(RECORDS).token


def test_a_repeated_section_makes_no_rows():
    again = [*RECORDS, record(12, [section(101, 0), section(102, 3), section(103, 1)])]
    assert block_of(again).rows.num_rows == 6


def test_a_block_ends_where_the_incarnation_changes():
    builder = BlockBuilder(TOPIC, 0, Place(10))
    assert builder.add(RECORDS[0])
    foreign = record(11, [section(0)], LATER_INCARNATION)
    assert not builder.add(foreign)
    first = builder.finish()
    assert first.after.offset == 11
    second = block_of([foreign], first.after)
    assert second.after.mark.incarnation == LATER_INCARNATION.hex()


def test_a_block_of_empty_sections_has_no_inserts_and_still_moves_the_mark():
    block = block_of([record(1, [section(5, 0), section(6, 0)])])
    assert block.inserts() == []
    assert block.after.mark.source_offset == 6


def test_a_gap_between_records_stops_loudly():
    builder = BlockBuilder(TOPIC, 0, Place(10))
    builder.add(RECORDS[0])
    with pytest.raises(GapError):
        builder.add(record(11, [section(104)]))


def test_a_record_that_is_no_envelope_stops_loudly():
    with pytest.raises(UnreadableError):
        BlockBuilder(TOPIC, 0, Place(0)).add(Record(0, b"\x00nonsense"))


def test_an_envelope_of_a_later_version_stops_loudly():
    with pytest.raises(UnknownVersionError):
        BlockBuilder(TOPIC, 0, Place(0)).add(Record(0, b"\x91\x63"))


def test_rows_of_long_before_go_in_an_insert_of_their_own():
    late = [record(0, [section(0, 2), section(1, 1, timestamp=NOON_MS - 3 * DAY_MS)])]
    in_time, apart = block_of(late).inserts()
    assert in_time.rows["source_offset"].to_pylist() == [0, 0]
    assert apart.rows["source_offset"].to_pylist() == [1]
    assert apart.token == f"{in_time.token}:late"


def test_rows_within_two_days_stay_together():
    near = [record(0, [section(0, 2), section(1, 1, timestamp=NOON_MS - 2 * DAY_MS)])]
    assert len(block_of(near).inserts()) == 1


def test_only_keeps_the_rows_asked_for():
    block = block_of(RECORDS)
    assert block.only({block.keys()[2]})["event_id"].to_pylist() == [102_000]


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=8))
def test_every_event_becomes_one_row_whatever_its_place_in_sections_and_records(sizes: list[list[int]]):
    source, records = 0, []
    for offset, events in enumerate(sizes):
        sections = [section(source + i, n) for i, n in enumerate(events)]
        source += len(events)
        records.append(record(offset, sections))
    keys = block_of(records).keys()
    assert len(keys) == len(set(keys)) == sum(map(sum, sizes))
