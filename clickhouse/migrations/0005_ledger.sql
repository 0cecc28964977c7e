-- The loss ledger: what became of the beacons of each site and minute of receipt, section by section, so that whatever
-- is written again takes the place of its like. Reading it adds the lines up; five weeks of it are kept.
-- The columns are those of libs/contract (`contract.ledger`); a test compares the two.

CREATE TABLE ledger
(
    site_id            UInt32,
    minute             DateTime('UTC') CODEC(Delta, ZSTD(1)),
    reason             LowCardinality(String),
    incarnation        LowCardinality(String),
    source_partition   UInt16,
    source_offset      UInt64 CODEC(Delta, ZSTD(1)),
    beacons            Int64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (site_id, minute, reason, incarnation, source_partition, source_offset)
TTL minute + INTERVAL 35 DAY
SETTINGS default_compression_codec = 'ZSTD(1)';

-- How far storage has come, by partition of `beacons`: what Kafka had acknowledged before `reached` is accounted for.
CREATE TABLE ledger_reach
(
    source_partition   UInt16,
    partitions         UInt16,
    reached            DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(reached)
ORDER BY source_partition;
