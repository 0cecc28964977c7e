"""A batch from the log to the acknowledgement, with everything outside in memory."""

import asyncio
from contextlib import suppress

import pytest
from contract.dead_letter_limit import DeadLetterLimit, HeldError
from contract.envelope import UnknownVersionError, decode_beacons, read_head
from contract.limits import SECRET_LIFE_AFTER_DAY_S
from contract.outcomes import DeadReason
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from repeats.carrying import Carrying
from repeats.completeness import Completeness
from repeats.intake import Intake
from repeats.opening import Opener
from repeats.ports import Record
from tides.awaiting import AwaitedSecrets

from services.repeats.tests.conftest import INCARNATION, KEY, NOW_MS, TIDE, beacon_of
from services.repeats.tests.in_memory import Outside

OTHER_KEY = AESGCM(b"o" * 32)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def carrying(outside):
    now_s = [NOW_MS / 1000]

    def clock() -> float:
        now_s[0] += 0.001
        return now_s[0]

    made = Carrying(
        Opener(outside, AwaitedSecrets(outside, clock, 0.001), clock),
        Completeness(outside, outside, 0, 0.001),
        outside,
        outside,
        lambda: INCARNATION,
        DeadLetterLimit(3),
        clock,
    )
    made.later = lambda seconds: now_s.__setitem__(0, now_s[0] + seconds)
    return made


async def test_only_what_is_not_stored_goes_on_and_the_rest_is_counted(outside, carrying, record):
    outside.store(["a-1"])
    await carrying.carry([record(0, beacon_of("a-1"), beacon_of("a-2")), record(1, beacon_of("a-2"))])
    assert outside.passed_on() == ["a-2"]
    assert outside.dropped() == {"repeated": 2}


async def test_what_is_re_driven_keeps_number_key_and_time_whether_it_goes_on_or_is_stored(outside, carrying, record):
    outside.store(["a-1"])
    outside.keys[b"yesterday"] = KEY
    clear = {"epoch": b"redriven", "redriven": True, "key_id": b"yesterday"}
    stored = record(40, beacon_of("a-1"), sequence=2, **clear)
    yesterday_ms = NOW_MS - 86_400_000
    await carrying.carry([stored, record(41, beacon_of("a-2", received_ms=yesterday_ms), sequence=3, **clear)])
    heads = [read_head(envelope.value) for envelope in outside.envelopes]
    assert [(head.epoch, head.sequence, head.redriven) for head in heads] == [
        (b"redriven", 2, False),
        (b"redriven", 3, False),
    ]
    assert {head.key_id for head in heads} == {b"yesterday"}
    assert (outside.passed_on(), outside.dropped()) == (["a-2"], {"repeated": 1})
    assert decode_beacons(outside.envelopes[1].value, KEY)[0].received_ms == yesterday_ms


async def test_records_of_several_partitions_go_on_in_the_order_they_came(outside, carrying, record):
    late, early = NOW_MS, NOW_MS - 50
    await carrying.carry(
        [
            record(0, beacon_of("third"), timestamp_ms=late),
            record(0, beacon_of("first"), partition=1, timestamp_ms=early),
            record(1, beacon_of("second"), partition=1, timestamp_ms=early + 1),
        ]
    )
    assert outside.passed_on() == ["first", "second", "third"]


async def test_nothing_is_looked_up_before_storage_is_complete(outside, carrying, record):
    outside.oldest = NOW_MS - 1
    with suppress(TimeoutError):
        await asyncio.wait_for(carrying.carry([record(0, beacon_of("a-1"))]), 0.05)
    assert "table" not in outside.asked
    assert outside.envelopes == []


async def test_whoever_waits_shows_that_it_lives(outside, record):
    beats: list[str] = []
    opener = Opener(outside, AwaitedSecrets(outside, look_again_s=0.001, beat=lambda: beats.append("opening")))
    waiting = Completeness(outside, outside, 0, 0.001, lambda: beats.append("waiting"))
    limit = DeadLetterLimit(3)
    made = Carrying(
        opener, waiting, outside, outside, lambda: INCARNATION, limit, beat=lambda: beats.append("carrying")
    )
    outside.oldest = None
    del outside.keys[TIDE.key_id]
    task = asyncio.create_task(made.carry([record(0, beacon_of("a-1"))]))
    await asyncio.sleep(0.02)
    assert set(beats) == {"waiting"}
    outside.oldest = NOW_MS + 10_000
    await asyncio.sleep(0.02)
    assert set(beats) == {"waiting", "opening"}
    outside.keys[TIDE.key_id] = KEY
    await asyncio.wait_for(task, 5)
    assert beats[-2:] == ["carrying", "carrying"]


async def test_a_batch_waits_for_the_latest_of_its_records(outside, carrying, record):
    outside.oldest = NOW_MS + 1
    batch = [
        record(0, beacon_of("a-1"), timestamp_ms=NOW_MS - 5_000),
        record(1, beacon_of("a-2"), timestamp_ms=NOW_MS + 1),
    ]
    with suppress(TimeoutError):
        await asyncio.wait_for(carrying.carry(batch), 0.05)
    assert outside.envelopes == []


async def test_a_table_that_is_away_is_asked_until_it_answers(outside, carrying, record):
    task = asyncio.create_task(carrying.carry([record(0, beacon_of("a-1"))]))
    while "table" not in outside.asked:
        outside.away = 1 if outside.asked[-1:] == ["marks"] else 0
        await asyncio.sleep(0)
    await asyncio.wait_for(task, 5)
    assert outside.passed_on() == ["a-1"]


async def test_what_is_no_envelope_becomes_a_letter_and_counts_as_one(outside, carrying, record):
    await carrying.carry([Record(2, 7, NOW_MS, b"\xc1"), record(0, beacon_of("a-1"))])
    (letter,) = outside.letters
    assert (letter.topic, letter.reason, letter.incarnation) == ("repeats", DeadReason.UNREADABLE, INCARNATION)
    assert (letter.partition, letter.source_offset, letter.value) == (2, 7, b"\xc1")
    assert outside.dropped() == {"unreadable": 1}
    assert outside.passed_on() == ["a-1"]


async def test_past_the_limit_of_dead_letters_nothing_more_is_judged_and_it_lives(outside, carrying, record):
    letters = [Record(2, offset, NOW_MS, b"\xc1") for offset in range(3)]
    await carrying.carry(letters)
    assert not carrying.held
    beats: list[str] = []
    carrying._beat = lambda: beats.append("held")
    fourth = asyncio.create_task(carrying.carry([Record(2, 3, NOW_MS, b"\xc1"), record(0, beacon_of("a-1"))]))
    await asyncio.sleep(0.02)
    assert carrying.held
    assert not fourth.done()
    assert (len(outside.letters), outside.passed_on()) == (3, [])
    assert beats[-1] == "held"
    fourth.cancel()


async def test_what_has_expired_is_no_letter_and_passes_no_limit(outside, carrying, record):
    old_ms = NOW_MS - (SECRET_LIFE_AFTER_DAY_S + 2 * 86_400) * 1000
    await carrying.carry([record(n, beacon_of("a-1"), timestamp_ms=old_ms, key_id=b"gone") for n in range(5)])
    assert not carrying.held


async def test_a_judge_that_is_held_is_not_ready(carrying):
    with pytest.raises(HeldError):
        await Intake(None, carrying.carry, lambda: True).ready()


async def test_an_envelope_of_another_version_ends_the_judging_and_nothing_is_passed_over(outside, carrying, record):
    with pytest.raises(UnknownVersionError):
        await carrying.carry([record(0, beacon_of("a-1")), Record(0, 1, NOW_MS, b"\x93\x07\xc4\x00\xc4\x00")])
    assert (outside.letters, outside.envelopes) == ([], [])


async def test_what_was_altered_becomes_a_letter_and_counts_by_its_clear_part(outside, carrying, record):
    outside.keys[TIDE.key_id] = OTHER_KEY
    outside.keys[b"present"] = KEY
    await carrying.carry([record(7, beacon_of("a-1"), beacon_of("a-2"))])
    (letter,) = outside.letters
    assert letter.reason == DeadReason.FORGED
    assert [read_head(envelope.value).dropped[0].count for envelope in outside.envelopes] == [2]


async def test_a_key_that_is_unknown_just_now_is_waited_for(outside, carrying, record):
    del outside.keys[TIDE.key_id]
    task = asyncio.create_task(carrying.carry([record(0, beacon_of("a-1"))]))
    await asyncio.sleep(0.02)
    assert outside.envelopes == []
    outside.keys[TIDE.key_id] = KEY
    await asyncio.wait_for(task, 5)
    assert outside.passed_on() == ["a-1"]


async def test_what_nobody_can_open_any_more_is_counted_as_expired_and_kept_by_nobody(outside, carrying, record):
    old_ms = NOW_MS - (SECRET_LIFE_AFTER_DAY_S + 2 * 86_400) * 1000
    await carrying.carry([record(7, beacon_of("a-1"), timestamp_ms=old_ms, key_id=b"gone")])
    assert outside.letters == []
    assert outside.dropped() == {"expired": 1}


async def test_a_key_whose_day_has_another_tide_is_given_up_after_two_minutes(outside, carrying, record):
    task = asyncio.create_task(carrying.carry([record(7, beacon_of("a-1"), key_id=b"lost")]))
    await asyncio.sleep(0.02)
    assert outside.envelopes == []
    carrying.later(121)
    await asyncio.wait_for(task, 5)
    assert outside.dropped() == {"expired": 1}
