-- Events, one row each. The columns are those of libs/contract (`contract.row`); a test compares the two.
-- Kafka's coordinates serve verifying a block after a crash and are cleared after 7 days.

CREATE TABLE events
(
    site_id            UInt32,
    timestamp          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received           DateTime('UTC') CODEC(Delta, ZSTD(1)),
    event_id           UInt64 CODEC(ZSTD(1)),
    visitor            UInt64 CODEC(ZSTD(1)),
    name               LowCardinality(String),
    hostname           LowCardinality(String),
    page               String,
    session_id         UInt64 CODEC(ZSTD(1)),
    session_start      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    session_seq        UInt32,
    session_pageviews  UInt32,
    session_events     UInt32,
    is_bounce          Bool,
    entry_hostname     LowCardinality(String),
    entry_page         String,
    exit_hostname      LowCardinality(String),
    exit_page          String,
    referrer           String,
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
    source_place       UInt32 TTL received + INTERVAL 7 DAY
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (site_id, toDate(timestamp), session_id, timestamp)
SETTINGS non_replicated_deduplication_window = 100000;
