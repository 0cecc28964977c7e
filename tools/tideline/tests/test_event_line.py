"""Lines of an import and export, one by one."""

import json

import pytest
from tideline.event_line import LineError, prop_text, read_line, timestamp_ms, timestamp_text, write_line

LINE = {"timestamp": "2026-10-01T09:30:00.125Z", "name": "pageview", "visitor": "a"}


def read(**more):
    return read_line(json.dumps(LINE | more).encode())


def test_three_keys_are_enough():
    line = read()
    assert (line.page, line.source, line.interactive, line.props) == ("/", None, True, {})


def test_a_line_is_written_as_it_was_read():
    text = json.dumps(LINE | {"props": {"a": "b"}, "city": 5}, separators=(",", ":")).encode()
    assert json.loads(write_line(read_line(text))) == json.loads(text)


def test_a_written_line_has_one_line_end_for_every_reader():
    text = write_line(read(page="/\N{LINE SEPARATOR}\N{NEXT LINE}\N{PARAGRAPH SEPARATOR}\n"))
    assert len(text.decode().splitlines()) == 1
    assert read_line(text).page == "/\N{LINE SEPARATOR}\N{NEXT LINE}\N{PARAGRAPH SEPARATOR}\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"color": 1}, "unknown field `color`"),
        ({"city": "Berlin"}, "`city`"),
        ({"country": "Germany"}, "`country`"),
        ({"scroll_depth": 101}, "`scroll_depth`"),
        ({"engagement_ms": -1}, "`engagement_ms`"),
        ({"interactive": "yes"}, "`interactive`"),
        ({"timestamp": "2026-10-01T09:30:00"}, "`timestamp`"),
        ({"timestamp": "2026-10-01T09:30:00+02:00"}, "`timestamp`"),
        ({"name": ""}, "`name`"),
        ({"name": "x" * 121}, "`name`"),
        ({"visitor": ""}, "`visitor`"),
        ({"props": {"a": ["b"]}}, "`props"),
        ({"props": {str(n): "" for n in range(31)}}, "`props`"),
        ({"revenue_amount": "ten"}, "`revenue_amount`"),
        ({"revenue_amount": "NaN"}, "`revenue_amount`"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(more, said):
    with pytest.raises(LineError, match=said.replace("`", ".")):
        read(**more)


@pytest.mark.parametrize("missing", sorted(LINE))
def test_what_is_missing_is_named(missing):
    with pytest.raises(LineError, match=missing):
        read_line(json.dumps({k: v for k, v in LINE.items() if k != missing}).encode())


@pytest.mark.parametrize("text", [b"{", b"[]", b'"x"', b"\xff", b'{"timestamp":"\xff"}', b"null"])
def test_what_is_no_line_is_refused(text):
    with pytest.raises(LineError):
        read_line(text)


def test_no_value_stands_in_the_error():
    with pytest.raises(LineError) as refused:
        read(city="jane@mail.example")
    assert "jane" not in str(refused.value)


@pytest.mark.parametrize("stamp", ["2026-02-30T00:00:00Z", "2026-10-01T25:00:00Z", "1970-06-01T00:00:00Z"])
def test_a_time_that_there_is_not_is_refused(stamp):
    with pytest.raises(LineError, match="timestamp"):
        timestamp_ms(read(timestamp=stamp))


def test_a_timestamp_is_kept_to_the_millisecond():
    assert timestamp_text(timestamp_ms(read())) == LINE["timestamp"]
    assert timestamp_text(timestamp_ms(read(timestamp="2026-10-01T09:30:00.1259Z"))) == LINE["timestamp"]
    assert timestamp_text(timestamp_ms(read(timestamp="2026-10-01 09:30:00+00:00"))) == "2026-10-01T09:30:00.000Z"


def test_a_property_is_stored_as_text():
    assert [prop_text(v) for v in ("a", 1, 1.5, True)] == ["a", "1", "1.5", "true"]
