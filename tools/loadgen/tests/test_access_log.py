"""Apache's combined log, line by line."""

import gzip
import json

import pytest
from loadgen.access_log import beacons_of, parse_line, read_log

LINE = '192.0.2.7 - - [17/May/2015:10:05:03 +0000] "{request}" {status} 203 "{referrer}" "Mozilla/5.0 (X11)"'


def line(request="GET /a?b=c HTTP/1.1", status=200, referrer="https://x.example/"):
    return LINE.format(request=request, status=status, referrer=referrer)


def test_a_line_tells_who_asked_for_what():
    found = parse_line(line() + "\n")
    assert (found.ip, found.path, found.referrer) == ("192.0.2.7", "/a?b=c", "https://x.example/")
    assert found.user_agent == "Mozilla/5.0 (X11)"


def test_a_dash_is_nothing():
    assert parse_line(line(referrer="-")).referrer == ""


def test_a_line_that_is_none_is_none():
    assert parse_line("what is this") is None
    assert parse_line("") is None


@pytest.mark.parametrize(
    ("request_line", "status", "is_page"),
    [
        ("GET / HTTP/1.1", 200, True),
        ("GET /blog/a HTTP/1.1", 304, True),
        ("GET /page.html?x=1 HTTP/1.1", 200, True),
        ("GET /logo.PNG HTTP/1.1", 200, False),
        ("GET /style.css?v=2 HTTP/1.1", 200, False),
        ("GET /gone HTTP/1.1", 404, False),
        ("POST /form HTTP/1.1", 200, False),
        ("HEAD / HTTP/1.1", 200, False),
    ],
)
def test_a_page_is_what_a_reader_saw(request_line, status, is_page):
    assert parse_line(line(request_line, status)).is_page is is_page


@pytest.mark.parametrize(("target", "path"), [("*", "/*"), ("http://x.example/a?b", "/a?b"), ("a", "/a")])
def test_what_is_asked_for_is_a_path(target, path):
    assert parse_line(line(f"GET {target} HTTP/1.1")).path == path


def test_pages_or_all_lines_become_beacons_in_order(tmp_path):
    file = tmp_path / "access.log.gz"
    with gzip.open(file, "wt") as out:
        out.write("\n".join([line(), line("GET /a.png HTTP/1.1"), "nonsense", line("GET /b HTTP/1.1")]) + "\n")
    pages = list(beacons_of(read_log(file), "s.example", every_line=False, rate=0))
    everything = list(beacons_of(read_log(file), "s.example", every_line=True, rate=2.0))
    assert [json.loads(b.body)["u"] for b in pages] == ["https://s.example/a?b=c", "https://s.example/b"]
    assert [b.due_s for b in everything] == [0.0, 0.5, 1.0]


def test_a_log_need_not_be_compressed(tmp_path):
    file = tmp_path / "access.log"
    file.write_text(line() + "\n")
    assert len(list(read_log(file))) == 1
