"""The stages of an import, each by itself: reading, sorting, sessions, blocks."""

import json

import pytest
from contract.event import NO_SCROLL_DEPTH
from hypothesis import given, settings
from hypothesis import strategies as st
from tideline.event_line import EventLine
from tideline.importing.events_to_blocks import MonthFiles, token_of
from tideline.importing.line_to_hit import hit_of, inherited_of
from tideline.importing.reading import FileError, Record, read_file
from tideline.importing.records_to_events import Target, events_of
from tideline.importing.spool import Spool
from tideline.importing.stored_events import StoredEvents

SITE, DOMAIN, LATER_MS = 7, "x.example", 4_000_000_000_000
TARGET = Target(SITE, DOMAIN, b"k" * 16)


def line(minute=0, visitor="a", **more):
    stamp = f"2026-10-01T{10 + minute // 60:02}:{minute % 60:02}:00.000Z"
    return {"timestamp": stamp, "name": "pageview", "visitor": visitor} | more


@pytest.fixture
def reading(tmp_path):
    made = []

    def read(lines, site_id=SITE, until_ms=LATER_MS):
        file = tmp_path / "lines"
        file.write_text("".join(text if isinstance(text, str) else json.dumps(text) + "\n" for text in lines))
        made.append(read_file(file, site_id, until_ms, lambda _: None))
        return made[-1]

    yield read
    for reading in made:
        reading.close()


def ids(reading):
    return [record.event_id for record in reading.by_visitor.in_order()]


def test_records_come_by_visitor_and_time(reading):
    found = reading([line(2, "b"), line(1, "a"), line(3, "a"), line(1, "b")])
    assert [(r.visitor, r.line_number) for r in found.by_visitor.in_order()] == [("a", 2), ("a", 3), ("b", 4), ("b", 1)]
    assert (found.lines, found.last_ms - found.first_ms) == (4, 120_000)


def test_ids_hang_on_what_lines_say_and_not_on_their_order_or_writing(reading):
    one = ids(reading([line(0, page="/a"), line(1)]))
    other = ids(
        reading(['{"visitor":"a", "page":"/a", "name":"pageview","timestamp":"2026-10-01T10:00:00.000Z"}\n', line(1)])
    )
    assert one == other
    assert sorted(one) == sorted(ids(reading([line(1), line(0, page="/a")])))


def test_lines_alike_have_ids_of_their_own_whoever_they_are_of(reading):
    assert len(set(ids(reading([line(), line(), line(visitor="b"), line(visitor="c")])))) == 4


def test_ids_are_a_sites_own(reading):
    assert ids(reading([line()])) != ids(reading([line()], site_id=8))


def test_an_id_tells_nothing_of_the_label(reading):
    assert ids(reading([line(visitor="jane@mail.example")])) == ids(reading([line(visitor="v1")]))


def test_empty_lines_are_passed_over(reading):
    assert reading(["\n", line(), "  \n"]).lines == 1


def test_every_wrong_line_is_named_up_to_ten(reading):
    with pytest.raises(FileError) as refused:
        reading([line(), line(city=-1), *["{}\n"] * 20])
    told = str(refused.value).splitlines()
    assert told[1].startswith("  line 2: `city`")
    assert told[2].startswith("  line 3: ")
    assert len(told) == 12


def test_a_line_of_the_future_is_refused(reading):
    with pytest.raises(FileError, match="line 1: `timestamp`: in the future"):
        reading([line()], until_ms=1_000_000_000_000)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_a_spool_sorts_more_than_it_holds_and_can_be_asked_again(places):
    spool = Spool(Record, lambda r: (r.timestamp_ms, r.line_number), run_records=7)
    for number, (at_ms, _) in enumerate(places):
        spool.add(Record(number, at_ms, "", b""))
    expected = sorted((at_ms, number) for number, (at_ms, _) in enumerate(places))
    for _ in range(2):
        assert [(r.timestamp_ms, r.line_number) for r in spool.in_order()] == expected
    spool.close()


def test_a_session_ends_with_half_an_hour_of_silence(reading):
    found = list(events_of(reading([line(0), line(30), line(61)]).by_visitor.in_order(), TARGET, StoredEvents()))
    assert [e.session_seq for e in found] == [1, 2, 1]
    assert found[0].session_id == found[1].session_id != found[2].session_id
    assert len({e.visitor for e in found}) == 1


def test_labels_are_hashed_with_the_key(reading):
    read = reading([line(visitor="a"), line(visitor="b")])
    one = [e.visitor for e in events_of(read.by_visitor.in_order(), TARGET, StoredEvents())]
    key = Target(SITE, DOMAIN, b"l" * 16)
    other = [e.visitor for e in events_of(read.by_visitor.in_order(), key, StoredEvents())]
    assert len({*one, *other}) == 4


def test_a_visitor_and_a_session_that_are_stored_are_gone_on_with(reading):
    read = reading([line(0), line(1), line(50), line(0, "b")])
    stored = StoredEvents()
    stored.add([ids(read)[1]], [111], [222])
    found = list(events_of(read.by_visitor.in_order(), TARGET, stored))
    assert [e.visitor for e in found][:3] == [111, 111, 111]
    assert [e.session_id for e in found][:2] == [222, 222]
    assert 222 not in {found[2].session_id, found[3].session_id}
    assert found[3].visitor != 111


def test_stored_events_are_found_by_id_and_others_are_not():
    stored = StoredEvents()
    stored.add([3, 5], [30, 50], [31, 51])
    stored.add([2**64 - 1], [60], [61])
    assert (stored.find(5).visitor, stored.find(2**64 - 1).session_id) == (50, 61)
    assert [stored.find(n) for n in (0, 4, 6)] == [None, None, None]
    assert (len(stored), stored.event_ids_xor()) == (3, 3 ^ 5 ^ (2**64 - 1))


def test_blocks_are_of_one_month_and_no_larger_than_they_may_be(reading):
    lines = [line() | {"timestamp": f"2026-{month:02}-01T00:00:0{n}Z"} for month in (9, 10) for n in range(5)]
    months = MonthFiles(block_events=3)
    for event in events_of(reading(lines).by_visitor.in_order(), TARGET, StoredEvents()):
        months.add(event)
    blocks = list(months.blocks())
    assert [len(block) for block in blocks] == [3, 2, 3, 2]
    assert [block[0].timestamp < 1_790_000_000_000 for block in blocks] == [True, True, False, False]
    months.close()


def test_a_token_names_which_events_a_block_holds_and_not_whose(reading):
    read = reading([line(0), line(1)])
    one = list(events_of(read.by_visitor.in_order(), TARGET, StoredEvents()))
    other = list(events_of(read.by_visitor.in_order(), Target(SITE, DOMAIN, b"l" * 16), StoredEvents()))
    assert token_of(one, 0) == token_of(other, 0)
    assert len({token_of(one, 0), token_of(one, 1), token_of(one[:1], 0)}) == 3


def hit(**more):
    return hit_of(EventLine(timestamp="", name="pageview", visitor="-", **more), 1_000, DOMAIN)


def test_a_line_without_hostname_is_of_the_sites_domain():
    assert hit().hostname == DOMAIN
    assert hit(hostname="y.example").hostname == "y.example"


def inherited(**more):
    return inherited_of(EventLine(timestamp="", name="pageview", visitor="-", **more), DOMAIN)


def test_a_source_that_is_named_is_taken_and_one_that_is_absent_is_found():
    assert inherited(source="Google").channel == "Organic Search"
    assert inherited(referrer="news.ycombinator.com/item").source == "Hacker News"
    assert inherited(referrer="https://www.bing.com/search?q=secret").referrer == "bing.com/search"
    assert inherited(utm_source="ig", utm_medium="paid").channel == "Paid Social"
    assert inherited(referrer=f"https://{DOMAIN}/x").source == ""


def test_an_empty_source_that_is_named_stays_empty():
    found = inherited(source="", referrer="a.example/x?y=z")
    assert (found.source, found.referrer) == ("", "a.example/x")


def test_a_session_takes_what_its_first_line_tells(reading):
    lines = [line(0, country="DE", source="Google"), line(1, country="FR", source="Bing"), line(60, country="US")]
    found = list(events_of(reading(lines).by_visitor.in_order(), TARGET, StoredEvents()))
    assert [(e.country, e.source) for e in found] == [("DE", "Google"), ("DE", "Google"), ("US", "")]


def test_values_become_what_columns_hold():
    found = hit(props={"a": 1, "b": True}, revenue_amount=9.5, scroll_depth=None)
    assert (found.props, found.revenue_amount, found.scroll_depth) == ({"a": "1", "b": "true"}, "9.5", NO_SCROLL_DEPTH)
    assert hit(scroll_depth=0).scroll_depth == 0
