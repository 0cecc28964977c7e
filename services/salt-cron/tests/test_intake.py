"""The timer's jobs are told the time, and engines that are away are counted."""

import pytest
from redis.exceptions import ConnectionError as RedisAwayError
from runtime.ticker import StaleError
from salt_cron import metrics
from salt_cron.intake import timer
from salt_cron.wrapping import MasterKeyError


def failed_ticks(job: str) -> float:
    return metrics.FAILED_TICKS.labels(job)._value.get()


async def test_a_job_is_told_the_time():
    told: list[int] = []

    async def job(now_ms: int) -> None:
        told.append(now_ms)

    await timer({"job": job}, 1.0, clock_ms=lambda: 1_234).tick()
    assert told == [1_234]


async def test_redis_away_is_counted_and_unready():
    async def job(_: int) -> None:
        raise RedisAwayError

    before = failed_ticks("tides")
    jobs = timer({"tides": job}, 1.0)
    await jobs.tick()
    assert failed_ticks("tides") == before + 1
    with pytest.raises(StaleError):
        await jobs.check("tides")()


async def test_a_wrong_master_key_stops_the_start():
    async def job(_: int) -> None:
        raise MasterKeyError("another key")

    with pytest.raises(MasterKeyError):
        await timer({"tides": job}, 1.0).start()
