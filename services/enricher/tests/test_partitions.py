"""Each source offset once and in order, whatever is handed over: repeats, gaps, restarts, new topics."""

import pytest
from contract.envelope import encode_events
from contract.limits import MAX_BODY_BYTES, MAX_ENVELOPE_BYTES, MAX_PROP_VALUE_BYTES, MAX_PROPS
from contract.outcomes import DeadReason
from contract.topics import EVENTS
from enricher.partitions import Partitions


def offsets(log) -> list[int]:
    return [section.source_offset for envelope in log.envelopes() for section in envelope.sections]


def pages(log) -> list[str]:
    return [e.page for envelope in log.envelopes() for section in envelope.sections for e in section.events]


@pytest.fixture
def three(source, beacon):
    return [source(beacon(url=f"https://shop.example/{name}")) for name in "abc"]


async def test_a_batch_becomes_one_record_with_a_section_for_each_offset(partitions, memory_log, three):
    await partitions.carry(three)
    (envelope,) = memory_log.envelopes()
    assert [section.source_offset for section in envelope.sections] == [0, 1, 2]
    assert envelope.marks == {b"\x01epoch!!": 3}
    assert envelope.incarnation == memory_log.topic_id
    assert pages(memory_log) == ["/a", "/b", "/c"]


async def test_a_backlog_of_the_fattest_beacons_stays_far_below_what_the_topic_takes(
    partitions, memory_log, source, beacon
):
    fat = beacon(props={f"key{place}": "x" * MAX_PROP_VALUE_BYTES for place in range(MAX_PROPS)})
    await partitions.carry([source(*[fat] * (MAX_ENVELOPE_BYTES // MAX_BODY_BYTES)) for _ in range(40)])
    assert offsets(memory_log) == list(range(40))
    assert max(len(encode_events(record)) for record in memory_log.envelopes()) < EVENTS.max_record_bytes / 4


async def test_a_records_time_is_the_highest_receive_time_so_far(partitions, memory_log, source, beacon, noon_ms):
    await partitions.carry([source(beacon(received_ms=noon_ms + 50))])
    await partitions.carry([source(beacon(received_ms=noon_ms))])
    assert [time_ms for _, time_ms, _ in memory_log.events] == [noon_ms + 50] * 2


async def test_what_is_at_or_below_the_mark_is_passed_over(partitions, memory_log, three):
    await partitions.carry(three[:2])
    await partitions.carry(three)
    assert offsets(memory_log) == [0, 1, 2]


async def test_a_range_that_was_never_handed_over_is_read_first(partitions, memory_log, three):
    await partitions.carry([three[2]])
    assert pages(memory_log) == ["/a", "/b", "/c"]


async def test_a_range_that_was_committed_and_never_written_is_read_on_taking_over(partitions, memory_log, three):
    memory_log.group_offset = 2
    await partitions.take_over(0)
    assert pages(memory_log) == ["/a", "/b"]
    assert len(three) == 3


async def test_a_second_owner_goes_on_from_the_tail_with_the_same_session(
    partitions, memory_log, section_maker, three, source, beacon
):
    await partitions.carry(three)
    second = Partitions(memory_log, section_maker)
    await second.carry([*three, source(beacon(url="https://shop.example/d"))])
    events = [e for envelope in memory_log.envelopes() for section in envelope.sections for e in section.events]
    assert [e.page for e in events] == ["/a", "/b", "/c", "/d"]
    assert len({e.session_id for e in events}) == 1
    assert [e.session_seq for e in events] == [1, 2, 3, 4]


async def test_what_retention_took_unread_is_counted_as_expired_offset_by_offset(partitions, memory_log, three):
    memory_log.first = 0
    await partitions.carry(three[:1])
    memory_log.first = 2
    await partitions.carry(three[2:])
    sections = [section for envelope in memory_log.envelopes() for section in envelope.sections]
    assert [section.source_offset for section in sections] == [0, 1, 2]
    assert [[tally.reason for tally in section.dead] for section in sections] == [[], [DeadReason.EXPIRED], []]


async def test_an_empty_log_of_events_begins_where_retention_has_left_the_source(partitions, memory_log, three):
    memory_log.first = 1
    await partitions.carry(three[1:])
    assert offsets(memory_log) == [1, 2]


async def test_marks_start_over_with_a_topic_made_anew_and_sessions_go_on(
    partitions, memory_log, section_maker, three, source, beacon
):
    await partitions.carry(three)
    memory_log.topic_id = b"\x07" * 16
    memory_log.source.clear()
    second = Partitions(memory_log, section_maker)
    await second.carry([source(beacon(url="https://shop.example/new"), sequence=4)])
    last = memory_log.envelopes()[-1]
    assert (last.incarnation, last.sections[0].source_offset) == (b"\x07" * 16, 0)
    assert [(e.page, e.session_seq) for e in last.sections[0].events] == [("/new", 4)]


async def test_what_a_collector_sends_again_into_a_topic_made_anew_counts_once(
    partitions, memory_log, section_maker, three, source, beacon
):
    await partitions.carry(three)
    memory_log.topic_id = b"\x07" * 16
    memory_log.source.clear()
    await Partitions(memory_log, section_maker).carry([source(beacon(), sequence=3)])
    assert memory_log.envelopes()[-1].sections[0].events == []


async def test_a_rebalance_in_the_middle_of_a_batch_leaves_its_rest_to_others(partitions, memory_log, three):
    """A state rebuilt there and then would not know what still waits to be sent."""

    def and_then_forget(records):
        for record in records:
            yield record
            partitions.forget()

    await partitions.carry(and_then_forget(three))
    assert pages(memory_log) == ["/a"]


async def test_after_a_rebalance_the_state_is_rebuilt_and_not_remembered(partitions, memory_log, three):
    await partitions.carry(three[:1])
    memory_log.events.clear()
    partitions.forget()
    await partitions.carry(three[:1])
    assert offsets(memory_log) == [0]


async def test_a_section_that_is_not_acknowledged_fails_its_batch(partitions, memory_log, three):
    memory_log.unacknowledged = True
    with pytest.raises(TimeoutError):
        await partitions.carry(three)


async def test_large_batches_are_split_into_records_in_order(partitions, memory_log, source, beacon):
    await partitions.carry([source(*[beacon()] * 300) for _ in range(4)])
    assert [len(envelope.sections) for envelope in memory_log.envelopes()] == [2, 2]
    assert offsets(memory_log) == [0, 1, 2, 3]
