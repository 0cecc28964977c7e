"""The sink's metrics, declared once."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 60)

ROWS = Counter("sink_rows_total", "Rows that ClickHouse confirmed")
BLOCKS = Counter("sink_blocks_total", "Blocks that ClickHouse confirmed")
REPAIRED_ROWS = Counter("sink_repaired_rows_total", "Rows found missing when a block was read back, and inserted")
EXTRA_COPIES = Counter("sink_extra_copies_total", "Copies of rows beyond the first, found when a block was read back")
UNVERIFIED_ROWS = Counter("sink_unverified_rows_total", "Rows too old to be read back by where they came from")
RECOVERED_BLOCKS = Counter("sink_recovered_blocks_total", "Blocks re-formed from the intent of a predecessor")
ASSIGNMENTS = Counter("sink_assignments_total", "Times the group gave out partitions to this process")
FENCED = Counter("sink_fenced_total", "Commits refused because the partition belongs to another sink")
INSERT_SECONDS = Histogram("sink_insert_seconds", "One block's inserts, retries included", buckets=_SECONDS)
COMMIT_SECONDS = Histogram("sink_commit_seconds", "One commit of progress and intent", buckets=_SECONDS)
VISIBLE_SECONDS = Histogram(
    "sink_visible_seconds",
    "Age of a block's oldest source record when its rows became visible",
    buckets=_SECONDS,
)
LAG_RECORDS = Gauge("sink_lag_records", "Records of `events` not yet in ClickHouse", ["partition"])
LAG_EVENTS = Gauge("sink_lag_events", "Estimate: lag in records times the events per record seen last", ["partition"])
LAG_SECONDS = Gauge("sink_lag_seconds", "The same of the last block", ["partition"])
PROGRESS = Gauge("sink_progress_timestamp_seconds", "When the partition's loop last went round", ["partition"])
