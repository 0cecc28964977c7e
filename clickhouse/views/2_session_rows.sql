-- One row a session of the site that overlaps [since, until): it began before `until` and its last event is not before
-- `since`. Days of session start whose rows in `sessions` were built from just the events that stand now are read from
-- there; all others (today, a late event, an erasure, an import, not built yet) are folded here from events.
--
-- `first_start` is when the earliest of them began: those that straddle `since` are found by their events after it, so
-- that no day before it is looked at. A day's rows are trusted only where all of them say the same as the events do,
-- and are as many as they say: two builders that swap the same day in at once can leave both builds in it.

CREATE OR REPLACE VIEW session_rows AS
WITH
    (
        SELECT ifNull(minOrNull(session_start), {since:DateTime64(3, 'UTC')})
        FROM events
        WHERE site_id = {site:UInt32}
            AND timestamp >= {since:DateTime64(3, 'UTC')}
            AND session_start < least({since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')})
    ) AS first_start,
    claims AS
    (
        SELECT
            toDate(session_start) AS day,
            toInt64(count()) AS day_events,
            toInt64(sum(cityHash64(session_id, session_seq, timestamp, visitor))) AS day_digest
        FROM events
        WHERE site_id = {site:UInt32}
            AND toDate(session_start) >= toDate(first_start)
            AND toDate(session_start) <= toDate({until:DateTime64(3, 'UTC')})
        GROUP BY toDate(session_start)
        UNION ALL
        SELECT
            toDate(session_start) AS day,
            -toInt64(if(count() = any(day_sessions), any(day_events), 0)) AS day_events,
            -toInt64(any(day_digest)) AS day_digest
        FROM sessions
        WHERE site_id = {site:UInt32}
            AND toDate(session_start) >= toDate(first_start)
            AND toDate(session_start) <= toDate({until:DateTime64(3, 'UTC')})
        GROUP BY toDate(session_start)
    ),
    stale_days AS (SELECT day FROM claims GROUP BY day HAVING sum(day_events) != 0 OR sum(day_digest) != 0)
SELECT
    site_id, session_id, visitor, session_start, session_end, pageviews, events, is_bounce,
    toUInt32(greatest(0, dateDiff('second', session_start, session_end))) AS duration_s,
    entry_hostname, entry_page, exit_hostname, exit_page,
    referrer, source, channel, utm_source, utm_medium, utm_campaign, utm_content, utm_term, click_id,
    country, region, region2, city, city_name,
    device, browser, browser_version, os, os_version, screen_width
FROM sessions
WHERE site_id = {site:UInt32}
    AND session_start >= first_start
    AND session_start < {until:DateTime64(3, 'UTC')}
    AND session_end >= {since:DateTime64(3, 'UTC')}
    AND toDate(session_start) NOT IN stale_days
UNION ALL
SELECT
    site_id, session_id, visitor, session_start, session_end, pageviews, events, is_bounce,
    toUInt32(greatest(0, dateDiff('second', session_start, session_end))) AS duration_s,
    entry_hostname, entry_page, exit_hostname, exit_page,
    referrer, source, channel, utm_source, utm_medium, utm_campaign, utm_content, utm_term, click_id,
    country, region, region2, city, city_name,
    device, browser, browser_version, os, os_version, screen_width
FROM session_fold
WHERE site_id = {site:UInt32}
    AND session_start >= first_start
    AND session_start < {until:DateTime64(3, 'UTC')}
    AND session_end >= {since:DateTime64(3, 'UTC')}
    AND toDate(session_start) IN stale_days;
