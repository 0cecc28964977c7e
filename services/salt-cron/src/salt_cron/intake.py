"""The timer's jobs: each is told the time; Postgres or Redis being away fails a tick and not the process."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import psycopg
from runtime.ticker import Job, Ticker
from tides.holder import wall_clock_ms
from tides.store import STORE_ERRORS

from salt_cron import metrics

_AWAY = (psycopg.Error, *STORE_ERRORS)

TimedJob = Callable[[int], Awaitable[object]]
"""Takes the time in Unix milliseconds."""


def timer(jobs: Mapping[str, TimedJob], tick_s: float, clock_ms: Callable[[], int] = wall_clock_ms) -> Ticker:
    """A component that runs the jobs at the start and then every `tick_s`."""
    timed: dict[str, Job] = {name: partial(_run, job, clock_ms) for name, job in jobs.items()}
    return Ticker(timed, tick_s, _AWAY, lambda name: metrics.FAILED_TICKS.labels(name).inc(), starts_ticked=True)


async def _run(job: TimedJob, clock_ms: Callable[[], int]) -> None:
    await job(clock_ms())
