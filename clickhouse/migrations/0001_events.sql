-- Events, one row each. The columns are those of libs/contract (`contract.row`); a test compares the two.
-- Kafka's coordinates serve verifying a block after a crash and are cleared after 7 days; so is the id of an event that
-- came alive, since nothing looks it up any more (an import's id tells that its line was imported, and stays).
--
-- The order keeps a session's events together and sessions in time, so that what they share takes next to no space and
-- a day is found by the primary key. The projection says what a day holds: a count and a digest that does not depend on
-- order, per day of session start and of happening. It lives in the parts themselves, so that no crash can part them.

CREATE TABLE events
(
    site_id            UInt32,
    timestamp          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received           DateTime('UTC') CODEC(Delta, ZSTD(1)),
    event_id           UInt64 TTL if(imported, toDateTime('2106-01-01 00:00:00', 'UTC'), received + INTERVAL 7 DAY),
    visitor            UInt64,
    name               LowCardinality(String),
    hostname           LowCardinality(String),
    page               LowCardinality(String),
    session_id         UInt64,
    session_start      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    session_seq        UInt32,
    session_pageviews  UInt32,
    session_events     UInt32,
    is_bounce          Bool,
    entry_hostname     LowCardinality(String),
    entry_page         LowCardinality(String),
    exit_hostname      LowCardinality(String),
    exit_page          LowCardinality(String),
    referrer           LowCardinality(String),
    source             LowCardinality(String),
    channel            LowCardinality(String),
    utm_source         LowCardinality(String),
    utm_medium         LowCardinality(String),
    utm_campaign       LowCardinality(String),
    utm_content        LowCardinality(String),
    utm_term           LowCardinality(String),
    click_id           LowCardinality(String),
    country            LowCardinality(String),
    region             LowCardinality(String),
    region2            LowCardinality(String),
    city               UInt32,
    city_name          LowCardinality(String),
    device             LowCardinality(String),
    browser            LowCardinality(String),
    browser_version    LowCardinality(String),
    os                 LowCardinality(String),
    os_version         LowCardinality(String),
    screen_width       UInt16,
    interactive        Bool,
    props              Map(LowCardinality(String), String),
    scroll_depth       UInt8,
    engagement_ms      UInt32,
    revenue_amount     String,
    revenue_currency   LowCardinality(String),
    session_interactions UInt8,
    imported           Bool,
    source_partition   UInt16 TTL received + INTERVAL 7 DAY,
    source_offset      UInt64 TTL received + INTERVAL 7 DAY,
    source_place       UInt32 TTL received + INTERVAL 7 DAY,

    INDEX happened timestamp TYPE minmax GRANULARITY 1,

    PROJECTION day_digests
    (
        SELECT
            site_id,
            toDate(session_start),
            toDate(timestamp),
            count(),
            sum(cityHash64(session_id, session_seq, timestamp, visitor))
        GROUP BY site_id, toDate(session_start), toDate(timestamp)
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (site_id, session_start, session_id, session_seq)
SETTINGS
    non_replicated_deduplication_window = 100000,
    default_compression_codec = 'ZSTD(1)',
    lightweight_mutation_projection_mode = 'rebuild';
