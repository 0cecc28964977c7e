"""What rollup counts, declared once."""

from prometheus_client import Counter, Gauge, Histogram

REBUILT = Counter("tideline_rollup_days_rebuilt", "Days of sessions rebuilt from events and swapped in")
FAILED_TICKS = Counter("tideline_rollup_failed_ticks", "Ticks that the event store failed")
STALE_DAYS = Gauge(
    "tideline_rollup_stale_days", "Finished days whose sessions are not built from the events that stand"
)
REBUILD_S = Histogram("tideline_rollup_rebuild_seconds", "Time to rebuild and swap in one day")
