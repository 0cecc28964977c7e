-- Roll-ups by local day of a site's time zone: what each value of each dimension counted. `gap` is the days since the
-- visitor (or visit) was last there with that value, 0 for never before; the distinct visitors of the days [a, b] are
-- therefore a sum, over rows of gap 0 and rows whose `day - gap` lies before a.
--
-- A build is one day of one site, made at once and never changed. Its claim, written once its rows stand, says from what
-- it was made: a build is read only while the events say the same and its rows are as many as it claims
-- (views/3_rollup_builds.sql). Hence a crash, a late event, an erasure or an import can make a build useless, not wrong.

CREATE TABLE rollup_days
(
    site_id          UInt32,
    dimension        LowCardinality(String),
    day              Date CODEC(Delta, ZSTD(1)),
    build            UInt64,
    value            LowCardinality(String),
    gap              UInt16,
    visitors         UInt64,
    visits           UInt64,
    bounces          UInt64,
    duration_s       UInt64,
    visit_pageviews  UInt64,
    pageviews        UInt64,
    events           UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, dimension, day, build, value, gap)
SETTINGS default_compression_codec = 'ZSTD(1)';

-- What it was made from: the sessions that began on the UTC days [seen_since, last_utc], and whatever happened on
-- [first_utc, last_utc].
CREATE TABLE rollup_claims
(
    site_id     UInt32,
    zone        LowCardinality(String),
    day         Date,
    build       UInt64,
    seen_since  Date,
    first_utc   Date,
    last_utc    Date,
    events      UInt64,
    digest      UInt64,
    row_counts  Map(LowCardinality(String), UInt64)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, zone, day, build)
SETTINGS default_compression_codec = 'ZSTD(1)';
