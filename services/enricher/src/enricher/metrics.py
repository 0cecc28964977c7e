"""What the enricher counts for whoever watches it; no label holds anything of a visitor."""

from prometheus_client import Counter, Gauge, Histogram

ENVELOPES = Counter("tideline_enricher_envelopes", "Envelopes of beacons by what became of them", ["outcome"])
EVENTS = Counter("tideline_enricher_events", "Events written")
DROPPED = Counter(
    "tideline_enricher_dropped", "Beacons dropped here; what the collector dropped it counts itself", ["reason"]
)
DEAD = Counter("tideline_enricher_dead", "Beacons or envelopes that can never succeed", ["reason"])
WAITING = Gauge("tideline_enricher_waiting_for_secret", "1 while an envelope waits for a key or salt")
HELD = Gauge("tideline_enricher_held", "1 after the dead-letter limit was passed: nothing is taken until a restart")
VISITORS = Gauge("tideline_enricher_live_visitors", "Visitors whose session may still go on", ["partition"])
DELAY_S = Histogram(
    "tideline_enricher_delay_seconds",
    "From the collector's receipt of an envelope's last beacon to its events' acknowledgement",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600),
)
LAG_RECORDS = Gauge("tideline_enricher_lag_records", "Records of `beacons` not yet carried", ["partition"])
LAG_EVENTS = Gauge(
    "tideline_enricher_lag_events",
    "Estimate: lag in records times the events per record since assignment",
    ["partition"],
)
LAG_S = Gauge("tideline_enricher_lag_seconds", "Age of what was carried last, 0 where nothing waits", ["partition"])
PROGRESS = Gauge(
    "tideline_enricher_progress_timestamp_seconds", "When the partition last moved or had nothing to do", ["partition"]
)
UNSEEN = Counter("tideline_enricher_lag_unseen", "Times that the lag could not be told")
