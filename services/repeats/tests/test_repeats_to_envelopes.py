"""The pure core: what goes on, what is counted, and under which numbers."""

import heapq
from collections import Counter
from itertools import zip_longest

import pytest
from contract.envelope import decode_beacons, read_head
from contract.identity import attempt_hash
from contract.outcomes import MINUTE_MS, DeadReason, Tally
from hypothesis import given
from hypothesis import strategies as st
from repeats.ports import Envelope, Record
from repeats.repeats_to_envelopes import Dead, Judgement, Number, Opened, attempts_of, by_visitor, epoch_of, in_time

from services.repeats.tests.conftest import INCARNATION, KEY, NOW_MS, TIDE, beacon_of

MINUTE = NOW_MS // MINUTE_MS
Attempts = list[tuple[int, int]]
"""Of a record: number of the attempt, last byte of the address that it came from."""


@pytest.fixture
def opened(record):
    return lambda offset, *beacons, **more: Opened(record(offset, *beacons, **more), TIDE.key_id, KEY, list(beacons))


def judgement(stored: set[int] | None = None, partitions: int = 4) -> Judgement:
    return Judgement(INCARNATION, stored or set(), by_visitor(lambda _: b"s" * 16, partitions))


def attempts_in(envelopes: list[Envelope]) -> list[str]:
    return [beacon.attempt_id for envelope in envelopes for beacon in decode_beacons(envelope.value, KEY)]


def dropped_in(envelopes: list[Envelope]) -> Counter[str]:
    found: Counter[str] = Counter()
    for envelope in envelopes:
        for tally in read_head(envelope.value).dropped:
            found[tally.reason] += tally.count
    return found


def test_what_no_event_came_of_goes_on_as_it_was(opened):
    beacon = beacon_of("a-1", age_ms=3_600_000)
    judged = judgement().judge(opened(7, beacon))
    (envelope,) = judged.envelopes
    assert decode_beacons(envelope.value, KEY) == [beacon]
    assert (judged.new, judged.repeated, envelope.timestamp_ms) == (1, 0, NOW_MS)


def test_what_is_stored_is_counted_and_goes_no_further(opened):
    judged = judgement({attempt_hash(1, "a-1")}).judge(opened(7, beacon_of("a-1"), beacon_of("a-1")))
    assert attempts_in(judged.envelopes) == []
    assert [read_head(envelope.value).dropped for envelope in judged.envelopes] == [(Tally(1, MINUTE, "repeated", 2),)]
    assert (judged.new, judged.repeated) == (0, 2)


def test_two_repeats_in_a_batch_are_one_beacon_wherever_they_came_from(opened):
    one = judgement()
    first = one.judge(opened(7, beacon_of("a-1")))
    second = one.judge(opened(8, beacon_of("a-1", client_ip="198.51.100.1")))
    assert attempts_in(first.envelopes) == ["a-1"]
    assert attempts_in(second.envelopes) == []
    assert dropped_in(second.envelopes) == {"repeated": 1}


def test_another_sites_attempt_of_the_same_id_is_another_beacon(opened):
    judged = judgement({attempt_hash(1, "a-1")}).judge(opened(7, beacon_of("a-1", site_id=2)))
    assert judged.new == 1


def test_beacons_without_an_id_all_go_on(opened):
    assert judgement().judge(opened(7, beacon_of(""), beacon_of(""))).new == 2


def test_a_record_makes_one_envelope_in_each_partition_under_the_number_of_its_offset(opened):
    beacons = [beacon_of(f"a-{n}", client_ip=f"198.51.100.{n}") for n in range(40)]
    envelopes = judgement().judge(opened(7, *beacons, partition=2)).envelopes
    assert [envelope.partition for envelope in envelopes] == [0, 1, 2, 3]
    heads = [read_head(envelope.value) for envelope in envelopes]
    assert {(head.epoch, head.sequence, head.key_id) for head in heads} == {(epoch_of(INCARNATION, 2), 8, TIDE.key_id)}
    assert [head.partition for head in heads] == [0, 1, 2, 3]


def test_each_partition_of_each_life_of_the_topic_has_an_epoch_of_its_own():
    epochs = {epoch_of(incarnation, partition) for incarnation in (INCARNATION, b"j" * 16) for partition in range(12)}
    assert len(epochs) == 24
    assert {len(epoch) for epoch in epochs} == {8}


def test_what_nobody_can_open_is_counted_by_what_its_clear_part_says_it_held(record):
    dead = Dead(record(7), DeadReason.EXPIRED, (Tally(1, MINUTE, "", 3), Tally(2, MINUTE, "", 1)))
    envelope = judgement().tell_of(dead, 1, TIDE.key_id, KEY)
    assert decode_beacons(envelope.value, KEY) == []
    head = read_head(envelope.value)
    assert head.dropped == (Tally(1, MINUTE, "expired", 3), Tally(2, MINUTE, "expired", 1))
    assert (head.partition, head.sequence) == (1, 8)


def test_the_attempts_of_a_batch_are_looked_up_once_each(opened):
    batch = [opened(7, beacon_of("a-1"), beacon_of("")), opened(8, beacon_of("a-1", received_ms=5), beacon_of("a-2"))]
    assert attempts_of(batch) == ({attempt_hash(1, "a-1"), attempt_hash(1, "a-2")}, 5)
    assert attempts_of([]) == (set(), 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=30))
def test_records_are_taken_by_time_and_never_out_of_their_partitions_order(told):
    offsets: Counter[int] = Counter()
    records = []
    for partition, timestamp_ms in told:
        records.append(Record(partition, offsets[partition], timestamp_ms, b""))
        offsets[partition] += 1
    found = in_time(records)
    assert sorted(found, key=id) == sorted(records, key=id)
    for partition in offsets:
        lane = [record.offset for record in found if record.partition == partition]
        assert lane == sorted(lane)
    if all(list(lane) == sorted(lane) for lane in _times(records)):
        assert [record.timestamp_ms for record in found] == list(heapq.merge(*_times(records)))


def _times(records: list[Record]) -> list[list[int]]:
    return [[record.timestamp_ms for record in records if record.partition == p] for p in range(4)]


class Enricher:
    """What the enricher does with numbers, and nothing else."""

    def __init__(self) -> None:
        self.marks: Counter[tuple[bytes, int]] = Counter()
        self.attempts: list[str] = []
        self.repeated = 0

    def take(self, envelope: Envelope) -> None:
        head = read_head(envelope.value)
        if head.sequence > self.marks[head.epoch, envelope.partition]:
            self.marks[head.epoch, envelope.partition] = head.sequence
            self.attempts += attempts_in([envelope])
            self.repeated += dropped_in([envelope])["repeated"]


records_told = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=4), max_size=6)
writers = st.lists(st.sampled_from(["client", "run", "other run"]), max_size=18)
lives = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 24), st.integers(0, 24), st.booleans()), max_size=5)


@given(records_told, records_told, writers, lives)
def test_however_often_judges_die_or_wake_up_late_each_beacon_and_each_repeat_counts_once(told, letters, turns, lives):
    """A life: how many records it judges, what it appends before it freezes and what later, whether it commits.

    Clients' repeats and two runs of re-driving, which send the same letters, stand in the log in any order.
    """
    log = _written(told, letters, turns)
    enricher, committed, frozen = Enricher(), 0, list[Envelope]()
    records = [_opened(offset, attempts, kept) for offset, (attempts, kept) in enumerate(log)]
    for size, before, later, commits in [*lives, (len(records), 1_000, 0, True)]:
        # a judge waits until storage has all that was appended, and knows it then
        one = judgement({attempt_hash(1, attempt_id) for attempt_id in enricher.attempts})
        batch = records[committed : committed + size]
        envelopes = [envelope for record in batch for envelope in one.judge(record).envelopes]
        for envelope in _interleaved(envelopes[:before], frozen):
            enricher.take(envelope)
        frozen = envelopes[before : before + later]
        committed += len(batch) if commits and before >= len(envelopes) else 0
    # the copies of a letter are one
    numbers = {kept or (b"", offset): attempts for offset, (attempts, kept) in enumerate(log)}
    sent = [attempt for attempts in numbers.values() for attempt, _ in attempts]
    assert sorted(enricher.attempts) == sorted({f"a-{attempt}" for attempt in sent})
    assert enricher.repeated == len(sent) - len(set(sent))


def _interleaved(one: list[Envelope], other: list[Envelope]) -> list[Envelope]:
    return [envelope for pair in zip_longest(one, other) for envelope in pair if envelope is not None]


def _written(told: list[Attempts], letters: list[Attempts], turns: list[str]) -> list[tuple[Attempts, Number | None]]:
    """Whose turn it is writes its next record; each run of re-driving numbers its letters from 1."""
    left = {
        "client": [(attempts, None) for attempts in told],
        "run": [(attempts, (b"redriven", number)) for number, attempts in enumerate(letters, 1)],
    }
    left["other run"] = [*left["run"]]
    return [left[turn].pop(0) for turn in turns if left[turn]]


def _opened(offset: int, attempts: Attempts, kept: Number | None) -> Opened:
    beacons = [beacon_of(f"a-{attempt}", client_ip=f"198.51.100.{last}") for attempt, last in attempts]
    return Opened(Record(0, offset, NOW_MS, b""), TIDE.key_id, KEY, beacons, kept)
