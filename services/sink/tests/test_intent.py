"""Progress and intent as text."""

import pytest
from contract.progress import StoredMark, read_stored_mark
from sink.intent import UnreadableProgressError, decode, encode, intending, settled

from services.sink.tests.made import block_of, record, section

BLOCK = block_of([record(10, [section(100), section(101)])])


def test_an_intent_comes_back_as_it_was():
    assert decode(encode(intending(BLOCK))) == intending(BLOCK)


def test_a_settled_place_has_nothing_pending():
    found = decode(encode(settled(BLOCK.after)))
    assert found is not None
    assert found.pending is None
    assert found.mark == BLOCK.after.mark


def test_an_intent_stays_far_below_what_kafka_keeps_beside_an_offset():
    assert len(encode(intending(BLOCK))) < 500


def test_no_text_is_no_progress():
    assert decode("") is None


@pytest.mark.parametrize("text", ["nonsense", '{"version":2,"mark":{}}', '{"mark":{}}'])
def test_text_of_another_make_is_refused(text: str):
    with pytest.raises(UnreadableProgressError):
        decode(text)


def test_others_read_in_the_text_how_much_of_beacons_is_stored():
    assert read_stored_mark(encode(settled(BLOCK.after))) == StoredMark(101, BLOCK.after.mark.incarnation)
    assert read_stored_mark(encode(intending(BLOCK))) == StoredMark(-1, "")
