"""The timer's one job; an event store that is away fails a tick and not the process."""

from runtime.ticker import Job, Ticker

from rollup import metrics
from rollup.adapters.session_days import AWAY


def timer(tick: Job, tick_s: float) -> Ticker:
    """A component that rebuilds at once, beside whatever starts next, and then every `tick_s`."""
    return Ticker({"ticks": tick}, tick_s, AWAY, lambda _: metrics.FAILED_TICKS.inc())
