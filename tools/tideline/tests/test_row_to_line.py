"""A row of an export as a line."""

import json

import msgspec
from contract.event import NO_SCROLL_DEPTH, Event
from tideline.event_line import EventLine, read_line, write_line
from tideline.exporting.row_to_line import ExportRow, Labels, line_of
from tideline.sql_files import sql

ROW = ExportRow(
    timestamp_ms=1_790_000_000_125, visitor=2**63, name="pageview", hostname="x.example", page="/a", referrer="",
    source="", utm_source="", utm_medium="", utm_campaign="", utm_content="", utm_term="", click_id="", country="",
    region="", region2="", city=0, city_name="", device="", os="", os_version="", browser="", browser_version="",
    screen_width=0, props={}, scroll_depth=NO_SCROLL_DEPTH, engagement_ms=0, revenue_amount="", revenue_currency="",
    interactive=True,
)  # fmt: skip


def written(**more):
    row = msgspec.structs.replace(ROW, **more)
    return json.loads(write_line(line_of(msgspec.structs.astuple(row), Labels())))


def test_what_is_not_known_is_not_written():
    assert written() == {
        "timestamp": "2026-09-21T14:13:20.125Z",
        "name": "pageview",
        "visitor": "v1",
        "hostname": "x.example",
        "page": "/a",
    }


def test_a_scroll_depth_of_nothing_is_told_from_none():
    assert written(scroll_depth=0)["scroll_depth"] == 0
    assert "scroll_depth" not in written(scroll_depth=NO_SCROLL_DEPTH)


def test_a_source_that_an_import_would_look_for_is_written_even_where_there_is_none():
    assert written(referrer="a.example")["source"] == ""
    assert written(click_id="gclid")["source"] == ""
    assert "source" not in written()


def test_an_event_that_is_not_interactive_says_so():
    assert written(interactive=False)["interactive"] is False


def test_a_label_is_a_visitors_own_and_tells_no_hash():
    labels = Labels()
    assert [labels.of(hash_) for hash_ in (9, 2**64 - 1, 9, 3)] == ["v1", "v2", "v1", "v3"]


def test_every_line_of_an_export_is_one_that_an_import_takes():
    full = ROW.__struct_fields__
    texts = {name: "x" for name in full if isinstance(getattr(ROW, name), str)} | {
        "country": "DE",
        "revenue_amount": "1.50",
    }
    row = msgspec.structs.replace(
        ROW, **texts, city=7, screen_width=8, scroll_depth=9, engagement_ms=10, props={"a": "b"}
    )
    line = line_of(msgspec.structs.astuple(row), Labels())
    assert read_line(write_line(line)) == line
    assert set(msgspec.to_builtins(line)) == set(EventLine.__struct_fields__) - {"interactive"}


def test_the_query_selects_the_rows_columns_in_their_order():
    selected = sql("export_events").partition("SELECT")[2].partition("FROM")[0]
    assert [column.split()[-1] for column in selected.split(",")] == list(ExportRow.__struct_fields__)


def test_an_export_leaves_nothing_out_that_an_import_could_not_make_again():
    made_by_an_import = {
        "site_id", "received", "event_id", "channel", "session_id", "session_start", "session_seq", "session_pageviews",
        "session_events", "session_interactions", "is_bounce", "entry_hostname", "entry_page", "exit_hostname",
        "exit_page", "attempt",
    }  # fmt: skip
    exported = set(ExportRow.__struct_fields__) - {"timestamp_ms"} | {"timestamp"}
    assert set(Event.__struct_fields__) - exported == made_by_an_import
