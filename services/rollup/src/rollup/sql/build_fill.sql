-- The sessions that began on one UTC day, of all sites, with what was read of each site's day: one read of events, so
-- that the claim holds for just these rows.
INSERT INTO {build:Identifier}
(
    site_id, session_start, session_id, visitor, session_end, pageviews, events, is_bounce,
    entry_hostname, entry_page, exit_hostname, exit_page,
    referrer, source, channel, utm_source, utm_medium, utm_campaign, utm_content, utm_term, click_id,
    country, region, region2, city, city_name,
    device, browser, browser_version, os, os_version, screen_width,
    day_sessions, day_events, day_digest
)
SELECT
    site_id, session_start, session_id, visitor, session_end, pageviews, events, is_bounce,
    entry_hostname, entry_page, exit_hostname, exit_page,
    referrer, source, channel, utm_source, utm_medium, utm_campaign, utm_content, utm_term, click_id,
    country, region, region2, city, city_name,
    device, browser, browser_version, os, os_version, screen_width,
    count() OVER (PARTITION BY site_id) AS day_sessions,
    sum(folded_events) OVER (PARTITION BY site_id) AS day_events,
    sum(folded_digest) OVER (PARTITION BY site_id) AS day_digest
FROM session_fold
WHERE session_start >= {day:Date} AND session_start < {day:Date} + INTERVAL 1 DAY
SETTINGS max_insert_threads = 1
