-- One row a session of the site that overlaps [since, until): it began before `until` and its last event is not before
-- `since`. Made from the running state on each event: what grows takes its maximum, what a session inherits from its
-- first event is the same on all of them, and only the exit needs the last event.

CREATE OR REPLACE VIEW session_rows AS
WITH
    began_before AS
    (
        SELECT session_id, session_start
        FROM events
        WHERE site_id = {site:UInt32}
            AND timestamp >= {since:DateTime64(3, 'UTC')}
            AND session_start < least({since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')})
    ),
    chosen AS
    (
        SELECT *
        FROM events
        WHERE site_id = {site:UInt32}
            AND session_start >= {since:DateTime64(3, 'UTC')}
            AND session_start < {until:DateTime64(3, 'UTC')}
        UNION ALL
        SELECT *
        FROM events
        WHERE site_id = {site:UInt32}
            AND session_start < {since:DateTime64(3, 'UTC')}
            AND session_start >= (SELECT minOrNull(session_start) FROM began_before)
            AND session_id IN (SELECT session_id FROM began_before)
    )
SELECT
    site_id,
    session_id,
    any(visitor) AS visitor,
    min(chosen.session_start) AS session_start,
    max(timestamp) AS session_end,
    max(session_pageviews) AS pageviews,
    max(session_events) AS events,
    min(chosen.is_bounce) AS is_bounce,
    toUInt32(greatest(0, dateDiff('second', session_start, session_end))) AS duration_s,
    any(chosen.entry_hostname) AS entry_hostname,
    any(chosen.entry_page) AS entry_page,
    argMax(chosen.exit_hostname, session_seq) AS exit_hostname,
    argMax(chosen.exit_page, session_seq) AS exit_page,
    any(chosen.referrer) AS referrer,
    any(chosen.source) AS source,
    any(chosen.channel) AS channel,
    any(chosen.utm_source) AS utm_source,
    any(chosen.utm_medium) AS utm_medium,
    any(chosen.utm_campaign) AS utm_campaign,
    any(chosen.utm_content) AS utm_content,
    any(chosen.utm_term) AS utm_term,
    any(chosen.click_id) AS click_id,
    any(chosen.country) AS country,
    any(chosen.region) AS region,
    any(chosen.region2) AS region2,
    any(chosen.city) AS city,
    any(chosen.city_name) AS city_name,
    any(chosen.device) AS device,
    any(chosen.browser) AS browser,
    any(chosen.browser_version) AS browser_version,
    any(chosen.os) AS os,
    any(chosen.os_version) AS os_version,
    any(chosen.screen_width) AS screen_width
FROM chosen
GROUP BY site_id, session_id;
