"""Records of re-driving, told apart from the letters they stand among."""

import pytest
from contract.dead_letter import DEAD_LETTER_VERSION, DeadLetter, encode_dead_letter
from contract.envelope import UnreadableError
from contract.redrive import (
    REDRIVE_VERSION,
    LetterKey,
    Redrive,
    decode_letter_record,
    encode_redrive,
    epoch_in_repeats,
    key_of,
)

LETTER = DeadLetter(DEAD_LETTER_VERSION, "poison", "beacons", bytes(16), 3, 41, 1_763_856_000_000, b"\x93x", 7)
REDRIVE = Redrive(REDRIVE_VERSION, b"epoch--1", bytes(16), (key_of(LETTER),), done=False)


def test_a_letters_key_is_where_its_beacons_lay():
    assert key_of(LETTER) == LetterKey(bytes(16), 3, 41, 7)


def test_each_kind_of_record_comes_back_as_it_was():
    assert decode_letter_record(encode_dead_letter(LETTER)) == LETTER
    assert decode_letter_record(encode_redrive(REDRIVE)) == REDRIVE


def test_each_partition_of_repeats_has_an_epoch_of_its_own_in_each_re_driving():
    epochs = {epoch_in_repeats(epoch, partition) for epoch in (b"epoch--1", b"epoch--2") for partition in range(12)}
    assert len(epochs) == 24
    assert {len(epoch) for epoch in epochs} == {8}


@pytest.mark.parametrize("value", [b"", b"\xc1", b"\x91\x02", b"\x91\x01", b"hello"])
def test_bytes_that_are_neither_are_unreadable(value):
    with pytest.raises(UnreadableError):
        decode_letter_record(value)
