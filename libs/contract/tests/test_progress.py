"""What the sink says beside an offset, as others read it."""

import pytest
from contract.progress import StoredMark, read_stored_mark


def test_a_mark_is_read_whatever_else_the_sink_says():
    text = '{"version":1,"mark":{"source_offset":7,"incarnation":"ab","previous":""},"pending":{"end":9},"more":1}'
    assert read_stored_mark(text) == StoredMark(7, "ab")


def test_a_mark_that_has_not_begun_is_before_the_first_offset():
    assert read_stored_mark('{"version":1,"mark":{}}') == StoredMark(-1, "")


@pytest.mark.parametrize("text", ["", "nonsense", '{"version":2,"mark":{}}', '{"mark":{}}', '{"version":1}'])
def test_text_of_another_make_holds_no_mark(text: str):
    assert read_stored_mark(text) is None
