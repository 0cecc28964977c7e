"""A record's section: repeats, dead letters, what the collector dropped, and the limit."""

import asyncio

import pytest
from contract.dead_letter import WHOLE_ENVELOPE
from contract.envelope import decode_beacons
from contract.outcomes import UNKNOWN_SITE_ID, DeadReason, DropReason, Tally
from enricher import envelope_to_events as core
from enricher import metrics
from enricher.partition_state import PartitionState


@pytest.fixture
def state() -> PartitionState:
    return PartitionState(bytes(16))


async def test_a_section_carries_events_and_drops_and_the_collectors_own_drops(section_maker, state, source, beacon):
    own = Tally(0, 29_000_000, DropReason.UNKNOWN_SITE.value, 3)
    record = source(beacon(), beacon(user_agent="bot"), dropped=(own,))
    counted = [metrics.DROPPED.labels(reason)._value.get() for reason in ("bot", "unknown_site")]
    section = await section_maker.section_of(record, state)
    assert metrics.DROPPED.labels("bot")._value.get() == counted[0] + 1
    assert metrics.DROPPED.labels("unknown_site")._value.get() == counted[1]
    assert [event.page for event in section.events] == ["/"]
    assert [(tally.reason, tally.count) for tally in section.dropped] == [("bot", 1), ("unknown_site", 3)]
    assert (section.source_offset, section.received_ms, section.dead) == (0, record.timestamp_ms, [])


async def test_an_envelope_with_a_number_not_above_the_epochs_last_makes_an_empty_section(
    section_maker, state, source, beacon
):
    await section_maker.section_of(source(beacon(), sequence=5), state)
    for sequence in (5, 4):
        section = await section_maker.section_of(source(beacon(), sequence=sequence), state)
        assert (section.events, section.dropped, section.dead) == ([], [], [])
    other = await section_maker.section_of(source(beacon(), sequence=1, epoch=b"another!"), state)
    assert len(other.events) == 1
    assert state.collector_marks == {b"\x01epoch!!": 5, b"another!": 1}


async def test_what_cannot_be_opened_is_buried_as_it_was_and_counts_as_one(section_maker, memory_log, state, source):
    section = await section_maker.section_of(source(value=b"hello"), state)
    assert section.dead == [Tally(UNKNOWN_SITE_ID, memory_log.source[0].timestamp_ms // 60_000, "unreadable", 1)]
    (letter,) = memory_log.letters
    assert (letter.reason, letter.value, letter.topic, letter.source_offset) == ("unreadable", b"hello", "beacons", 0)
    assert letter.place == WHOLE_ENVELOPE


async def test_a_forged_envelope_moves_no_collectors_mark(section_maker, state, source, beacon):
    value = bytearray(source(beacon(), sequence=9).value)
    value[-1] ^= 1
    section = await section_maker.section_of(source(value=bytes(value)), state)
    assert [tally.reason for tally in section.dead] == [DeadReason.FORGED]
    assert state.collector_marks == {}


async def test_a_poison_beacon_is_sealed_again_alone_and_the_rest_goes_on(
    section_maker, memory_log, state, source, beacon, secrets, monkeypatch, capsys
):
    poison = beacon(url="https://shop.example/poison")

    def fail_at(draft, _):
        if draft.beacon == poison:
            raise ZeroDivisionError

    monkeypatch.setattr(core, "STEPS", (fail_at, *core.STEPS))
    section = await section_maker.section_of(source(beacon(), poison, beacon()), state)
    assert len(section.events) == 2
    assert [(tally.site_id, tally.reason, tally.count) for tally in section.dead] == [(1, "poison", 1)]
    (letter,) = memory_log.letters
    today = secrets.tides["2025-11-23"]
    assert decode_beacons(letter.value, secrets.key_of(today.key_id)) == [poison]
    assert b"poison" not in letter.value
    assert (letter.source_offset, letter.place) == (0, 1)
    logged = capsys.readouterr().out
    assert "beacon_dead" in logged
    assert not [canary for canary in ("203.0.113.9", "Gecko", "shop.example") if canary in logged]


async def test_a_poison_beacon_keeps_its_place_where_others_of_its_envelope_have_expired(
    section_maker, memory_log, state, source, beacon, secrets, opener, monkeypatch
):
    poison, late = beacon(url="https://shop.example/poison"), beacon(age_ms=2 * 86_400_000)

    def fail_at(draft, _):
        if draft.beacon == poison:
            raise ZeroDivisionError

    monkeypatch.setattr(core, "STEPS", (fail_at, *core.STEPS))
    secrets.gone.add("2025-11-21")
    opener._awaited._now_s = lambda: 1_763_899_200 + 48 * 3_600
    section = await section_maker.section_of(source(late, beacon(), poison), state)
    assert [tally.reason for tally in section.dead] == [DeadReason.EXPIRED, DeadReason.POISON]
    assert [letter.place for letter in memory_log.letters] == [2]


async def test_past_the_limit_of_dead_letters_nothing_more_is_taken(section_maker, memory_log, state, source):
    for _ in range(3):
        await section_maker.section_of(source(value=b"hello"), state)
    assert not section_maker.held
    fourth = asyncio.create_task(section_maker.section_of(source(value=b"hello"), state))
    await asyncio.sleep(0.01)
    assert section_maker.held
    assert not fourth.done()
    assert len(memory_log.letters) == 3
    fourth.cancel()
    section_maker.held = False


async def test_an_expired_envelope_is_counted_by_the_beacons_it_held_and_no_letter_is_kept(
    section_maker, memory_log, state, source, beacon, secrets, opener
):
    own = Tally(0, 29_000_000, DropReason.UNKNOWN_SITE.value, 3)
    record = source(beacon(), beacon(), beacon(site_id=2), dropped=(own,))
    secrets.gone.update(secrets.tides)
    opener._awaited._now_s = lambda: 2e9
    section = await section_maker.section_of(record, state)
    assert [(tally.site_id, tally.reason, tally.count) for tally in section.dead] == [
        (1, DeadReason.EXPIRED, 2),
        (2, DeadReason.EXPIRED, 1),
    ]
    assert section.dropped == [own]
    assert memory_log.letters == []
