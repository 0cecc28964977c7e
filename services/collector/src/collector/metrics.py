"""The metrics of the collector, declared once."""

from prometheus_client import Counter, Gauge, Histogram

ACCEPTED = Counter("tideline_collector_accepted", "Beacons in acknowledged envelopes.")
DROPPED = Counter("tideline_collector_dropped", "Beacons that the collector itself dropped.", ["reason"])
REFUSED = Counter("tideline_collector_refused", "Requests answered 4xx.", ["status"])
UNAVAILABLE = Counter("tideline_collector_unavailable", "Requests answered 503.", ["reason"])
ENVELOPES = Counter("tideline_collector_envelopes", "Envelopes by what became of them.", ["outcome"])
FILL = Histogram(
    "tideline_collector_envelope_beacons", "Beacons in an envelope.", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
ACK_S = Histogram(
    "tideline_collector_ack_seconds",
    "From sealing an envelope to Kafka's acknowledgement.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
PENDING_BYTES = Gauge("tideline_collector_pending_bytes", "Bytes of beacons that await an acknowledgement.")
SPOOL_BYTES = Gauge("tideline_collector_spool_bytes", "Bytes of envelopes on disk that await Kafka.")
SPOOL_ENVELOPES = Gauge("tideline_collector_spool_envelopes", "Envelopes on disk that await Kafka.")
SPOOL_OLDEST_S = Gauge("tideline_collector_spool_oldest_seconds", "Age of the oldest beacon on disk, 0 without one.")
SPOOLED = Counter("tideline_collector_spooled_envelopes", "Envelopes written to disk.")
REPLAYED = Counter("tideline_collector_replayed_envelopes", "Envelopes that went from disk into Kafka.")
SPOOL_DAMAGED = Counter(
    "tideline_collector_spool_damaged", "Envelopes on disk that were altered after they were written."
)
SHED = Counter("tideline_collector_shed", "Requests answered 429, by whose tokens were used up.", ["reason"])
SITES = Gauge("tideline_collector_sites", "Sites in the registry.")
