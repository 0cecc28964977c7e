"""What an operator is told of a dead letter: all that helps, and nothing that a visitor sent."""

import pytest
from contract.beacon import Beacon
from contract.dead_letter import DEAD_LETTER_VERSION, WHOLE_ENVELOPE, DeadLetter, encode_dead_letter
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.outcomes import DeadReason
from contract.redrive import REDRIVE_VERSION, LetterKey, Redrive, encode_redrive, key_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tideline.letters.explaining import ADVICE, explanation, sites_of
from tideline.letters.listing import letters_of, short_id
from tideline.topic_reading import TopicRecord

KEY_ID, KEY = b"k" * 16, AESGCM(bytes(32))
HEAD = BeaconEnvelopeHead(VERSION, b"epoch--1", 0, 7, KEY_ID)
CANARIES = ("203.0.113.77", "Canary/9", "secret-path", "shop.example", "a-person", "gold")
SENT = Beacon(
    7, 1_790_000_000_000, CANARIES[0], CANARIES[1], "pageview", f"https://{CANARIES[3]}/{CANARIES[2]}",
    props={"plan": CANARIES[5]}, user_id=CANARIES[4],
)  # fmt: skip


def letter(value: bytes, reason: str = "poison", place: int = 3, offset: int = 41) -> DeadLetter:
    return DeadLetter(DEAD_LETTER_VERSION, reason, "beacons", bytes(16), 2, offset, 1_790_000_000_000, value, place)


SEALED = letter(encode_beacons(HEAD, [SENT], KEY))


def told(of: DeadLetter, keys: dict[bytes, AESGCM] | None = None) -> dict[str, str]:
    return dict(explanation(key_of(of), of, {KEY_ID: KEY} if keys is None else keys))


def test_fields_are_named_with_their_sizes_and_never_their_values():
    inside = told(SEALED)["inside"]
    assert f"client_ip ({len(CANARIES[0])} characters)" in inside
    assert "props (1 entries)" in inside
    assert not [canary for canary in CANARIES if canary in str(told(SEALED))]


def test_place_size_and_version_are_told():
    said = told(SEALED)
    assert said["where"].startswith("beacons 2 at 41, topic id 0000")
    assert said["size"] == f"{len(SEALED.value)} bytes"
    assert said["envelope"] == "version 1, 1 beacons"


@pytest.mark.parametrize("reason", [reason for reason in DeadReason if reason is not DeadReason.EXPIRED])
def test_every_reason_that_leaves_a_letter_says_what_to_do(reason):
    said = told(letter(SEALED.value, reason.value))
    assert said["meaning"] == ADVICE[reason].meaning
    assert said["what to do"].endswith(".")


def test_a_reason_of_a_later_version_asks_for_an_upgrade():
    assert "Upgrade" in told(letter(SEALED.value, "of_tomorrow"))["what to do"]


@pytest.mark.parametrize(
    ("value", "keys", "said"),
    [
        (SEALED.value, {}, "its key is gone"),
        (SEALED.value, {KEY_ID: AESGCM(bytes(31) + b"x")}, "ForgedError"),
        (b"hello", None, "its key is gone or unknown"),
    ],
)
def test_what_cannot_be_opened_says_why(value, keys, said):
    assert said in told(letter(value), keys)["inside"]


def test_sites_are_told_by_the_clear_part_and_unknown_without_one():
    assert sites_of(SEALED) == [7]
    assert sites_of(letter(b"hello")) == []


def listed(*values: bytes, partition: int = 0):
    return letters_of([TopicRecord(partition, n, n, value) for n, value in enumerate(values)])


def redrive(*keys: LetterKey, epoch: bytes = b"claim--1", done: bool = False) -> bytes:
    return encode_redrive(Redrive(REDRIVE_VERSION, epoch, bytes(16), keys, done))


def test_letters_are_listed_in_order_and_by_names_of_their_own():
    others = [letter(b"x", offset=9), letter(b"y", place=WHOLE_ENVELOPE)]
    found = listed(*map(encode_dead_letter, [SEALED, *others])).open()
    assert [key.source_offset for key in found] == [9, 41, 41]
    assert len({short_id(key) for key in found}) == 3


def test_a_letter_belongs_to_the_first_record_that_names_it():
    key = key_of(SEALED)
    found = listed(encode_dead_letter(SEALED), redrive(key), redrive(key, epoch=b"claim--2"))
    assert found.owned(b"claim--1") == {key: 1}
    assert found.owned(b"claim--2") == {}
    assert key in found.open()


def test_a_letter_is_open_until_its_own_record_is_done():
    key = key_of(SEALED)
    begun = (encode_dead_letter(SEALED), redrive(key), redrive(key, epoch=b"claim--2", done=True))
    assert key in listed(*begun).open()
    assert listed(*begun, redrive(key, done=True)).open() == {}


def test_a_claim_on_another_partition_decides_nothing():
    assert listed(encode_dead_letter(SEALED), redrive(key_of(SEALED)), partition=1).owners == {}


def test_bytes_that_nobody_can_read_are_counted_and_hide_no_letter():
    found = listed(b"junk", encode_dead_letter(SEALED))
    assert (found.unreadable, len(found.open())) == (1, 1)
