"""Envelopes: numbers, keys and counts, and what an outsider can read of them."""

import os

import pytest
from collector.beacon_to_envelope import LaneName, Numbering, seal_envelope
from collector.draft import Draft, Sender
from collector.sealer import NotSealedError, Sealer
from collector.tallies import Tallies
from contract.envelope import decode_beacons, read_head
from contract.outcomes import DropReason
from contract.tide import Tide, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

DAY_MS = 86_400_000
NOON_MS = 20_780 * DAY_MS + DAY_MS // 2
TEXT = st.text(max_size=40)
BEACONS = st.builds(
    lambda name, url, props, agent, number: Draft(name, url, [], props=props).beacon(
        number, Sender("198.51.100.7", agent, opted_out=False), NOON_MS
    ),
    TEXT,
    TEXT,
    st.dictionaries(TEXT, TEXT, max_size=3),
    TEXT,
    st.integers(min_value=1, max_value=2**31),
)


def tide(now_ms: int) -> Tide:
    return Tide(day_of(now_ms), os.urandom(16), os.urandom(16), os.urandom(32))


class Tides:
    """One tide a day, as a holder has them."""

    def __init__(self, *times_ms: int) -> None:
        self.tides = {day_of(now_ms): tide(now_ms) for now_ms in times_ms}

    def current(self, now_ms: int) -> Tide | None:
        return self.tides.get(day_of(now_ms))

    def key_of(self, key_id: bytes) -> AESGCM | None:
        return next((AESGCM(t.key) for t in self.tides.values() if t.key_id == key_id), None)


@given(st.lists(BEACONS, max_size=5))
def test_whatever_is_sealed_opens_to_the_same(beacons: list):
    day = tide(NOON_MS)
    envelope = seal_envelope(
        beacons, (), Numbering(b"epoch..8", LaneName("beacons", 3)), (day, AESGCM(day.key)), NOON_MS
    )
    assert decode_beacons(envelope.value, AESGCM(day.key)) == beacons
    head = read_head(envelope.value)
    assert (head.epoch, head.partition, head.sequence, head.key_id) == (b"epoch..8", 3, 1, day.key_id)
    assert (envelope.lane.partition, envelope.sequence, envelope.sealed_ms) == (3, 1, NOON_MS)


def test_nobody_can_read_an_address_an_agent_or_a_page_without_the_key():
    day = tide(NOON_MS)
    beacon = Draft("pageview", "https://shop.example/?canary", []).beacon(
        1, Sender("198.51.100.77", "CanaryAgent", opted_out=False), NOON_MS
    )
    value = seal_envelope(
        [beacon], (), Numbering(b"epoch..8", LaneName("beacons", 0)), (day, AESGCM(day.key)), NOON_MS
    ).value
    for secret in (b"198.51.100.77", b"CanaryAgent", b"canary", b"shop.example"):
        assert secret not in value


def test_numbers_count_up_from_1():
    numbering = Numbering(b"epoch..8", LaneName("beacons", 0))
    assert [numbering.next() for _ in range(3)] == [1, 2, 3]


def test_an_envelope_is_sealed_under_the_tide_of_the_moment_it_is_sealed():
    now = [NOON_MS]
    tides = Tides(NOON_MS, NOON_MS + DAY_MS)
    sealer = Sealer(tides, Tallies(), lambda: now[0], b"epoch..8").for_lane(LaneName("beacons", 0))
    today = read_head(sealer.seal([]).envelope.value).key_id
    now[0] += DAY_MS
    tomorrow = read_head(sealer.seal([]).envelope.value).key_id
    assert (today, tomorrow) == tuple(t.key_id for t in tides.tides.values())


def test_without_a_tide_nothing_is_sealed_and_no_count_is_lost():
    tallies = Tallies()
    tallies.note(0, NOON_MS, DropReason.UNKNOWN_SITE)
    sealer = Sealer(Tides(), tallies, lambda: NOON_MS, b"epoch..8").for_lane(LaneName("beacons", 0))
    with pytest.raises(NotSealedError):
        sealer.seal([])
    assert len(tallies) == 1


def test_counts_ride_once():
    tallies = Tallies()
    for received_ms in (NOON_MS, NOON_MS + 1, NOON_MS + 60_000):
        tallies.note(1, received_ms, DropReason.OPTED_OUT)
    sealer = Sealer(Tides(NOON_MS), tallies, lambda: NOON_MS, b"epoch..8").for_lane(LaneName("beacons", 0))
    first = sealer.seal([])
    assert sorted((tally.minute, tally.count) for tally in first.dropped) == [
        (NOON_MS // 60_000, 2),
        (NOON_MS // 60_000 + 1, 1),
    ]
    assert sealer.seal([]).dropped == ()
    sealer.give_back(first)
    assert sealer.seal([]).dropped == first.dropped
