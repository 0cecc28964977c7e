"""A process that stood still takes no first attempts for a while: their clients may have sent them again elsewhere."""

import asyncio
import signal

import httpx
import pytest
from collector.standstill import MOST_STILL_MS, WARY_MS, Standstill

from services.collector.tests.live import Collector, running, until

PAGEVIEW = {"n": "pageview", "u": "https://shop.example/", "d": "shop.example"}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"}
FIRST = PAGEVIEW | {"rid": "an attempt"}


class Clock:
    now_ms = 1_763_899_200_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def standstill(clock: Clock) -> Standstill:
    return Standstill(clock)


def after(clock: Clock, standstill: Standstill, *steps_ms: int) -> bool:
    """What is said after the last of these spans, each of which ends with a question."""
    told = True
    for step_ms in steps_ms:
        clock.now_ms += step_ms
        told = standstill.is_over()
    return told


def test_a_process_that_runs_all_the_time_is_never_wary(clock, standstill):
    assert after(clock, standstill, *[MOST_STILL_MS] * 10)


def test_a_process_that_stood_still_is_wary_from_the_first_question_on(clock, standstill):
    assert not after(clock, standstill, 500, MOST_STILL_MS + 1)
    assert not after(clock, standstill, WARY_MS - 1)
    assert after(clock, standstill, 1)


def test_standing_still_again_makes_it_wary_anew(clock, standstill):
    after(clock, standstill, MOST_STILL_MS + 1, WARY_MS)
    assert not after(clock, standstill, MOST_STILL_MS + 1)


def test_a_clock_that_is_put_back_makes_nobody_wary(clock, standstill):
    assert after(clock, standstill, -3_600_000, 500, 500)


def test_a_clock_that_was_wrong_for_an_hour_and_is_put_right_makes_nobody_wary_for_an_hour(clock, standstill):
    assert not after(clock, standstill, 3_600_000)
    assert after(clock, standstill, -3_600_000)


async def test_to_note_that_it_runs_is_enough(clock, standstill):
    for _ in range(10):
        clock.now_ms += MOST_STILL_MS
        await standstill.note()
    assert standstill.is_over()


async def test_only_first_attempts_that_can_come_again_are_refused(desk):
    desk.still_ms = MOST_STILL_MS + 1
    refused = await desk.post(json=FIRST)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert (await desk.post(json=FIRST | {"rp": True})).status_code == 202
    assert (await desk.post(json=PAGEVIEW)).status_code == 202
    for _ in range(2):
        desk.still_ms += WARY_MS // 2
        await desk.standstill.note()
    assert (await desk.post(json=FIRST)).status_code == 202


async def test_what_lay_in_its_sockets_while_it_was_frozen_is_refused_when_it_wakes(environ: dict[str, str]):
    async with running(environ) as collector:
        assert (await posted(collector, FIRST)).status_code == 202
        collector.process.send_signal(signal.SIGSTOP)
        queued = [asyncio.create_task(posted(collector, FIRST | {"rid": f"{n}"})) for n in range(20)]
        await asyncio.sleep(MOST_STILL_MS / 1_000 + 1)
        collector.process.send_signal(signal.SIGCONT)
        assert [answer.status_code for answer in await asyncio.gather(*queued)] == [503] * 20
        assert 'unavailable_total{reason="stood_still"} 20.0' in (await collector.client.get("/metrics")).text
        assert (await posted(collector, FIRST | {"rp": True})).status_code == 202

        async def taken() -> bool:
            return (await posted(collector, FIRST)).status_code == 202

        await until(taken, what="first attempts to be taken again")


async def posted(collector: Collector, beacon: dict[str, object]) -> httpx.Response:
    """By a connection of its own: one that was idle for long is closed as soon as the process wakes."""
    async with httpx.AsyncClient(base_url=collector.client.base_url, timeout=20) as client:
        return await client.post("/api/event", json=beacon, headers=BROWSER)
