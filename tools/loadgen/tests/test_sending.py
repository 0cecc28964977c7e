"""Sending to a real HTTP server that notes what it is sent."""

import asyncio
import json
import sys
from collections import defaultdict
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from loadgen.commands import cli
from loadgen.outgoing import pageview
from loadgen.sending import send_all


class Seen(defaultdict):
    """URLs by address and user agent, and whether there is any."""

    def __init__(self):
        super().__init__(list)
        self.any = asyncio.Event()


@pytest.fixture
async def collector():
    seen = Seen()

    async def take(request):
        body = json.loads(await request.read())
        await asyncio.sleep(0.001)
        seen[request.headers["X-Forwarded-For"], request.headers["User-Agent"]].append(body["u"])
        seen.any.set()
        headers = {"x-plausible-dropped": "1"} if body["u"].endswith("/dropped") else {}
        return web.Response(status=400 if body["u"].endswith("/bad") else 202, text="ok", headers=headers)

    app = web.Application()
    app.router.add_post("/api/event", take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")), seen


def beacons(paths, due_s=0.0):
    return [pageview(due_s, "s.example", p, f"192.0.2.{n % 5}", "UA", "") for n, p in enumerate(paths)]


async def test_each_visitors_beacons_arrive_in_order(collector):
    url, seen = collector
    paths = [f"/{n}" for n in range(100)]
    tally = await send_all(iter(beacons(paths)), url, 8, asyncio.Event())
    assert tally.answered == {"202": 100}
    assert len(seen) == 5
    assert all(urls == sorted(urls, key=lambda u: int(u.rpartition("/")[2])) for urls in seen.values())


async def test_the_tally_tells_what_was_answered(collector):
    url, _ = collector
    tally = await send_all(iter(beacons(["/", "/bad", "/dropped"])), url, 2, asyncio.Event())
    assert list(tally.lines()) == [
        "sent: 3 (pageview 3)",
        "accepted: 2",
        "of these filtered by the collector: 1",
        "refused or not answered: 1 (400 1)",
    ]


async def test_sending_ends_at_once_when_it_is_stopped(collector):
    url, _ = collector
    stopped = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stopped.set)
    waits = beacons(["/now"]) + beacons(["/never"], due_s=60.0)
    async with asyncio.timeout(5):
        tally = await send_all(iter(waits), url, 2, stopped)
    assert tally.sent.total() == 1


async def test_a_collector_that_is_away_is_counted_and_not_fatal(unused_tcp_port_below):
    tally = await send_all(iter(beacons(["/"])), f"http://127.0.0.1:{unused_tcp_port_below}", 1, asyncio.Event())
    assert tally.answered == {"unreachable": 1}


@pytest.fixture
def unused_tcp_port_below():
    """A port that nothing listens on: 1 is reserved."""
    return 1


async def test_people_are_sent_from_the_command_line_at_their_rate(collector):
    url, seen = collector
    out = await run("people", "--collector", url, "--site", "s.example", "--rate", "40", "--seconds", "1")
    assert out.startswith("sent: 40 (")
    assert "accepted: 40\n" in out
    assert sum(map(len, seen.values())) == 40


def test_history_is_written_from_the_command_line(tmp_path):
    file = tmp_path / "past.ndjson"
    words = ["history", "--days", "1", "--visits-a-day", "5", "--until", "2026-11-20", "--out", str(file)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0
    assert all(json.loads(line)["timestamp"] < "2026-11-20" for line in file.read_text().splitlines())


@asynccontextmanager
async def running(*words):
    """The command in a process of its own, which is killed if it is still there at the end."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadgen", *words), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield command
    finally:
        if command.returncode is None:
            command.kill()
            await command.wait()


async def run(*words):
    """What the command printed; it must succeed."""
    async with running(*words) as command:
        out, _ = await command.communicate()
        assert command.returncode == 0
        return out.decode()


async def test_a_log_is_replayed_from_the_command_line_as_the_people_who_read(collector, tmp_path):
    url, seen = collector
    log = tmp_path / "access.log"
    lines = [
        f'192.0.2.{n % 3} - - [17/May/2015:10:05:03 +0000] "GET /{n}{end} HTTP/1.1" 200 1 "-" "UA"'
        for n in range(6)
        for end in ("", ".png")
    ]
    log.write_text("\n".join([*lines, "nonsense"]) + "\n")
    out = await run("replay", str(log), "--collector", url, "--site", "s.example")
    assert out.startswith("lines that are none: 1\nsent: 6 (pageview 6)\naccepted: 6\n")
    assert seen["192.0.2.1", "UA"] == ["https://s.example/1", "https://s.example/4"]
    out = await run("replay", str(log), "--collector", url, "--site", "s.example", "--lines", "all")
    assert "accepted: 12\n" in out


async def test_people_that_are_stopped_tell_their_tally(collector):
    url, seen = collector
    async with running("people", "--collector", url, "--site", "s.example", "--rate", "20") as command:
        async with asyncio.timeout(60):
            await seen.any.wait()
        command.terminate()
        out, _ = await command.communicate()
    assert command.returncode == 0
    assert out.startswith(b"sent: ")
    assert b"refused or not answered: 0" in out
