-- Sessions, one row each: a whole UTC day of session start is rebuilt from events and swapped in (REPLACE PARTITION).
-- Every row carries what its site's day held when it was built, so that content and claim are swapped as one; where the
-- events of a day say otherwise by now, the day's rows are not read (views/2_session_rows.sql).

CREATE TABLE sessions
(
    site_id          UInt32,
    session_id       UInt64,
    visitor          UInt64,
    session_start    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    session_end      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    pageviews        UInt32,
    events           UInt32,
    is_bounce        Bool,
    entry_hostname   LowCardinality(String),
    entry_page       LowCardinality(String),
    exit_hostname    LowCardinality(String),
    exit_page        LowCardinality(String),
    referrer         LowCardinality(String),
    source           LowCardinality(String),
    channel          LowCardinality(String),
    utm_source       LowCardinality(String),
    utm_medium       LowCardinality(String),
    utm_campaign     LowCardinality(String),
    utm_content      LowCardinality(String),
    utm_term         LowCardinality(String),
    click_id         LowCardinality(String),
    country          LowCardinality(String),
    region           LowCardinality(String),
    region2          LowCardinality(String),
    city             UInt32,
    city_name        LowCardinality(String),
    device           LowCardinality(String),
    browser          LowCardinality(String),
    browser_version  LowCardinality(String),
    os               LowCardinality(String),
    os_version       LowCardinality(String),
    screen_width     UInt16,
    day_sessions     UInt64,
    day_events       UInt64,
    day_digest       UInt64,

    INDEX ended session_end TYPE minmax GRANULARITY 1,

    PROJECTION day_digests
    (
        SELECT site_id, toDate(session_start), count(), any(day_sessions), any(day_events), any(day_digest)
        GROUP BY site_id, toDate(session_start)
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(session_start)
ORDER BY (site_id, session_start, session_id)
SETTINGS default_compression_codec = 'ZSTD(1)';
