-- Sessions as their events tell them, one row each. What grows in a session's running state takes its maximum, what a
-- session inherits from its first event is the same on all of them. Entry and exit are the first and the last pageview
-- in the order in which they happened: pages read offline are sent again later, and come in any order. A filter on
-- site_id, session_start or session_id reaches the table's primary key, since these are what is grouped by.

CREATE OR REPLACE VIEW session_fold AS
WITH
    e.name = 'pageview' AS is_pageview,
    bitShiftLeft(toUnixTimestamp64Milli(e.timestamp), 20) + e.session_seq AS moment
SELECT
    site_id,
    session_start,
    session_id,
    any(e.visitor) AS visitor,
    max(e.timestamp) AS session_end,
    max(e.session_pageviews) AS pageviews,
    max(e.session_events) AS events,
    min(e.is_bounce) AS is_bounce,
    argMinIf(e.hostname, moment, is_pageview) AS entry_hostname,
    argMinIf(e.page, moment, is_pageview) AS entry_page,
    argMaxIf(e.hostname, moment, is_pageview) AS exit_hostname,
    argMaxIf(e.page, moment, is_pageview) AS exit_page,
    any(e.referrer) AS referrer,
    any(e.source) AS source,
    any(e.channel) AS channel,
    any(e.utm_source) AS utm_source,
    any(e.utm_medium) AS utm_medium,
    any(e.utm_campaign) AS utm_campaign,
    any(e.utm_content) AS utm_content,
    any(e.utm_term) AS utm_term,
    any(e.click_id) AS click_id,
    any(e.country) AS country,
    any(e.region) AS region,
    any(e.region2) AS region2,
    any(e.city) AS city,
    any(e.city_name) AS city_name,
    any(e.device) AS device,
    any(e.browser) AS browser,
    any(e.browser_version) AS browser_version,
    any(e.os) AS os,
    any(e.os_version) AS os_version,
    any(e.screen_width) AS screen_width,
    count() AS folded_events,
    sum(cityHash64(session_id, e.session_seq, e.timestamp, e.visitor)) AS folded_digest
FROM events AS e
GROUP BY site_id, session_start, session_id;
