"""The timer's jobs; a store that is away fails a job of a tick and not the process."""

from collections.abc import Mapping

from runtime.ticker import Job, Ticker

from rollup import metrics
from rollup.adapters import event_store, site_zones

AWAY = (*event_store.AWAY, *site_zones.AWAY)


def timer(jobs: Mapping[str, Job], tick_s: float) -> Ticker:
    """A component that does the jobs at once, beside whatever starts next, and then every `tick_s`."""
    return Ticker(jobs, tick_s, AWAY, lambda job: metrics.FAILED_TICKS.labels(job).inc())
