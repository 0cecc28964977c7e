"""The timer: jobs that fail, heal, or can never succeed."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from salt_cron.intake import StaleError, Timer
from salt_cron.wrapping import MasterKeyError


class Job:
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.runs = 0

    async def __call__(self, _: int) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error


async def test_every_job_runs_at_the_start_and_then_each_tick():
    first, second = Job(), Job()
    timer = Timer({"first": first, "second": second}, tick_s=0.01)
    await timer.start()
    assert (first.runs, second.runs) == (1, 1)
    await asyncio.sleep(0.1)
    await timer.stop()
    assert second.runs > 1


async def test_an_engine_that_is_away_fails_one_job_and_spares_the_other():
    away, well = Job(), Job()
    away.error = RedisAwayError()
    timer = Timer({"away": away, "well": well}, tick_s=1.0)
    await timer.tick()
    await timer.check("well")()
    with pytest.raises(StaleError, match="not succeeded yet"):
        await timer.check("away")()


async def test_a_job_that_has_long_failed_is_unready():
    job = Job()
    timer = Timer({"job": job}, tick_s=0.001)
    await timer.tick()
    job.error = RedisAwayError()
    await asyncio.sleep(0.05)
    await timer.tick()
    with pytest.raises(StaleError, match="ago"):
        await timer.check("job")()


async def test_what_no_retry_can_heal_stops_the_start():
    job = Job()
    job.error = MasterKeyError("another key")
    with pytest.raises(MasterKeyError):
        await Timer({"job": job}, tick_s=1.0).start()


async def test_what_no_retry_can_heal_fails_the_component_later():
    job = Job()
    timer = Timer({"job": job}, tick_s=0.01)
    await timer.start()
    job.error = MasterKeyError("another key")
    with pytest.raises(MasterKeyError):
        await asyncio.wait_for(timer.failed(), 2)
