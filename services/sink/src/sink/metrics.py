"""The sink's metrics, declared once."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 60)

ROWS = Counter("tideline_sink_rows", "Rows that ClickHouse confirmed")
BLOCKS = Counter("tideline_sink_blocks", "Blocks that ClickHouse confirmed")
REPAIRED_ROWS = Counter("tideline_sink_repaired_rows", "Rows found missing when a block was read back, and inserted")
EXTRA_COPIES = Counter("tideline_sink_extra_copies", "Copies of rows beyond the first, found on reading back")
UNVERIFIED_ROWS = Counter("tideline_sink_unverified_rows", "Rows too old to be read back by where they came from")
RECOVERED_BLOCKS = Counter("tideline_sink_recovered_blocks", "Blocks re-formed from the intent of a predecessor")
ASSIGNMENTS = Counter("tideline_sink_assignments", "Times the group gave out partitions to this process")
FENCED = Counter("tideline_sink_fenced", "Commits refused because the partition belongs to another sink")
INSERT_SECONDS = Histogram("tideline_sink_insert_seconds", "One block's inserts, retries included", buckets=_SECONDS)
COMMIT_SECONDS = Histogram("tideline_sink_commit_seconds", "One commit of progress and intent", buckets=_SECONDS)
VISIBLE_SECONDS = Histogram(
    "tideline_sink_visible_seconds",
    "Age of a block's oldest source record when its rows became visible",
    buckets=_SECONDS,
)
LAG_RECORDS = Gauge("tideline_sink_lag_records", "Records of `events` not yet in ClickHouse", ["partition"])
LAG_EVENTS = Gauge(
    "tideline_sink_lag_events", "Estimate: lag in records times the events per record seen last", ["partition"]
)
LAG_SECONDS = Gauge("tideline_sink_lag_seconds", "The same of the last block", ["partition"])
PROGRESS = Gauge("tideline_sink_progress_timestamp_seconds", "When the partition's loop last went round", ["partition"])
REACH_UNTOLD = Counter("tideline_sink_reach_untold", "Times that how far storage has come could not be told")
