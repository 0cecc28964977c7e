"""Envelopes: what goes in comes out, and whatever else comes in is refused in one of three named ways."""

import os

import msgspec
import pytest
from contract.beacon import Beacon
from contract.envelope import (
    VERSION,
    BeaconEnvelopeHead,
    EventEnvelope,
    Section,
    UnknownVersionError,
    UnreadableError,
    decode_beacons,
    decode_events,
    encode_beacons,
    encode_events,
    read_head,
)
from contract.event import Event
from contract.outcomes import DropReason, Tally
from contract.sealing import ForgedError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = AESGCM(bytes(range(32)))
HEAD = BeaconEnvelopeHead(VERSION, b"epoch--1", 2, 7, b"k" * 16, (Tally(1, 29_000_000, DropReason.BOT, 3),))

beacons = st.builds(
    Beacon,
    site_id=st.integers(1, 2**32 - 1),
    received_ms=st.integers(0, 2**42),
    client_ip=st.ip_addresses().map(str),
    user_agent=st.text(max_size=60),
    name=st.text(min_size=1, max_size=20),
    url=st.text(max_size=60),
    props=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
    age_ms=st.integers(0, 48 * 3_600_000),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(beacons, max_size=5))
def test_beacons_come_out_of_an_envelope_as_they_went_in(sent):
    value = encode_beacons(HEAD, sent, KEY)
    assert decode_beacons(value, KEY) == sent
    assert msgspec.structs.replace(read_head(value), held=()) == HEAD


def test_the_clear_part_counts_what_is_sealed_by_site_and_minute():
    sent = [Beacon(site, at_ms, "", "", "pageview", "") for site, at_ms in ((1, 0), (2, 59_999), (1, 1), (1, 60_000))]
    held = read_head(encode_beacons(HEAD, sent, KEY)).held
    assert set(held) == {Tally(1, 0, "", 2), Tally(2, 0, "", 1), Tally(1, 1, "", 1)}


def test_a_head_from_before_beacons_were_counted_is_read_all_the_same():
    older = msgspec.msgpack.encode([VERSION, b"epoch--1", 2, 7, b"k" * 16, []])
    assert read_head(msgspec.msgpack.encode([VERSION, older, b""])).held == ()


def test_neither_address_nor_user_agent_can_be_read_in_a_sealed_envelope():
    value = encode_beacons(HEAD, [Beacon(1, 2, "203.0.113.77", "Canary/1.0", "pageview", "https://a.example/x")], KEY)
    for canary in (b"203.0.113.77", b"Canary", b"a.example"):
        assert canary not in value


def test_two_envelopes_of_the_same_beacons_differ():
    assert encode_beacons(HEAD, [], KEY) != encode_beacons(HEAD, [], KEY)


def test_an_envelope_under_another_key_is_forged():
    value = encode_beacons(HEAD, [], KEY)
    with pytest.raises(ForgedError):
        decode_beacons(value, AESGCM(os.urandom(32)))


def test_a_head_that_was_altered_is_forged():
    version, _, sealed = msgspec.msgpack.decode(encode_beacons(HEAD, [], KEY))
    other = msgspec.msgpack.encode(msgspec.structs.replace(HEAD, sequence=8))
    with pytest.raises(ForgedError):
        decode_beacons(msgspec.msgpack.encode([version, other, sealed]), KEY)


@pytest.mark.parametrize("read", [read_head, decode_events])
def test_an_unknown_version_is_named_as_such(read):
    with pytest.raises(UnknownVersionError, match="version 99"):
        read(msgspec.msgpack.encode([99, "whatever", {"the": "future"}]))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name_and_never_crash(value):
    for read in (read_head, decode_events, lambda v: decode_beacons(v, KEY)):
        with pytest.raises((UnknownVersionError, UnreadableError)):
            read(value)


def test_a_sealed_part_that_is_no_list_of_beacons_is_unreadable():
    head = msgspec.msgpack.encode(HEAD)
    nonce = bytes(12)
    sealed = nonce + KEY.encrypt(nonce, msgspec.msgpack.encode("beacons?"), head)
    with pytest.raises(UnreadableError):
        decode_beacons(msgspec.msgpack.encode([VERSION, head, sealed]), KEY)


def test_sections_keep_their_order_also_when_they_are_empty(an_event: Event):
    sent = EventEnvelope(VERSION, b"i" * 16, [Section(4, [an_event]), Section(5), Section(6)], {b"epoch--1": 7})
    assert decode_events(encode_events(sent)) == sent


def test_an_envelope_from_a_collector_with_more_fields_is_still_read():
    beacon = [*msgspec.structs.astuple(Beacon(1, 2, "::1", "ua", "pageview", "https://a.example/")), "a later field"]
    head = msgspec.msgpack.encode(HEAD)
    nonce = bytes(12)
    sealed = nonce + KEY.encrypt(nonce, msgspec.msgpack.encode([beacon]), head)
    assert decode_beacons(msgspec.msgpack.encode([VERSION, head, sealed]), KEY)[0].site_id == 1
