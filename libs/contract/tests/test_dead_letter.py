"""Dead letters: what goes in comes out, and other bytes are refused."""

import msgspec
import pytest
from contract.dead_letter import DEAD_LETTER_VERSION, WHOLE_ENVELOPE, DeadLetter, decode_dead_letter, encode_dead_letter
from contract.envelope import UnreadableError
from contract.outcomes import DeadReason

LETTER = DeadLetter(DEAD_LETTER_VERSION, DeadReason.FORGED, "beacons", bytes(16), 3, 41, 1_763_856_000_000, b"\x93x")


def test_a_dead_letter_comes_back_as_it_was():
    assert decode_dead_letter(encode_dead_letter(LETTER)) == LETTER


def test_a_letter_from_before_places_were_told_stands_for_a_whole_envelope():
    older = msgspec.msgpack.encode(msgspec.structs.astuple(LETTER)[:-1])
    assert decode_dead_letter(older).place == WHOLE_ENVELOPE


@pytest.mark.parametrize("value", [b"", b"\xc1", b"\x91\x01", b"hello"])
def test_bytes_that_are_no_dead_letter_are_unreadable(value):
    with pytest.raises(UnreadableError):
        decode_dead_letter(value)
