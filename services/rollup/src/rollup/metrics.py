"""What rollup counts, declared once."""

from prometheus_client import Counter, Gauge, Histogram

REBUILT = Counter("tideline_rollup_days_rebuilt", "Days of sessions rebuilt from events and swapped in")
FAILED_TICKS = Counter("tideline_rollup_failed_ticks", "Jobs of a tick that a store failed", ["job"])
STALE_DAYS = Gauge(
    "tideline_rollup_stale_days", "Finished days whose sessions are not built from the events that stand"
)
REBUILD_S = Histogram("tideline_rollup_rebuild_seconds", "Time to rebuild and swap in one day")
ROLLED_UP = Counter("tideline_rollup_days_rolled_up", "Local days of sites whose roll-ups were built")
STALE_ROLLUPS = Gauge(
    "tideline_rollup_stale_rollups", "Finished local days of sites whose roll-up does not say what the events say"
)
ROLL_UP_S = Histogram("tideline_rollup_roll_up_seconds", "Time to roll up one local day of one site")
