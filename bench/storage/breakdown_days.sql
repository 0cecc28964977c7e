-- Roll-ups by local day: how many visitors, visits and events each value of each dimension had, visitors and visits told
-- apart by `gap`, the days since they were last seen with that value (0: never before). Distinct visitors of the days
-- [a, b] are then a sum: those of gap 0, and those whose last day before lies before a.
CREATE TABLE breakdown_days
(
    site_id     UInt32,
    dimension   LowCardinality(String),
    day         Date CODEC(Delta, ZSTD(1)),
    value       LowCardinality(String),
    gap         UInt16,
    visitors    UInt64,
    visits      UInt64,
    bounces     UInt64,
    duration_s  UInt64,
    pageviews   UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, dimension, day, value, gap)
SETTINGS default_compression_codec = 'ZSTD(1)'
