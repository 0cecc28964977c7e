"""The timer: jobs that fail, heal, or can never succeed."""

import asyncio
from collections import Counter

import pytest
from runtime import ticker
from runtime.ticker import StaleError, Ticker


class HopelessError(Exception):
    pass


class Job:
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error


def ticking(
    away: Counter[str] | None = None, *, tick_s: float = 0.01, starts_ticked: bool = True, **jobs: Job
) -> Ticker:
    count = Counter() if away is None else away
    return Ticker(jobs, tick_s, (ConnectionError,), lambda name: count.update([name]), starts_ticked=starts_ticked)


async def test_every_job_runs_at_the_start_and_then_each_tick():
    first, second = Job(), Job()
    timer = ticking(first=first, second=second)
    await timer.start()
    assert (first.runs, second.runs) == (1, 1)
    await asyncio.sleep(0.1)
    await timer.stop()
    assert second.runs > 1


async def test_a_timer_that_does_not_start_ticked_holds_nobody_up():
    job = Job()
    timer = ticking(starts_ticked=False, job=job)
    await timer.start()
    assert job.runs == 0
    await asyncio.sleep(0.05)
    await timer.stop()
    assert job.runs > 0


async def test_what_is_away_fails_one_job_is_counted_and_spares_the_other():
    refused, well, counted = Job(), Job(), Counter()
    refused.error = ConnectionError()
    timer = ticking(counted, refused=refused, well=well)
    await timer.tick()
    await timer.check("well")()
    assert counted == {"refused": 1}
    with pytest.raises(StaleError, match="not succeeded yet"):
        await timer.check("refused")()


async def test_a_job_that_has_long_failed_is_unready(monkeypatch):
    monkeypatch.setattr(ticker, "_STALE_AFTER_S", 0.02)
    job = Job()
    timer = ticking(tick_s=0.001, job=job)
    await timer.tick()
    job.error = ConnectionError()
    await asyncio.sleep(0.05)
    await timer.tick()
    with pytest.raises(StaleError, match="ago"):
        await timer.check("job")()


async def test_what_no_retry_can_heal_stops_the_start():
    job = Job()
    job.error = HopelessError()
    with pytest.raises(HopelessError):
        await ticking(job=job).start()


async def test_what_no_retry_can_heal_fails_the_component_later():
    job = Job()
    timer = ticking(job=job)
    await timer.start()
    job.error = HopelessError()
    with pytest.raises(HopelessError):
        await asyncio.wait_for(timer.failed(), 2)
