-- One day of roll-ups, from the sessions that overlap it and its events. Here no visitor outlives the day after its own,
-- so that a look at the day before tells the gap.
INSERT INTO breakdown_days
WITH
    {day:Date} AS today,
    visited AS
    (
        SELECT session_id, visitor, session_start < today AS carried, is_bounce, duration_s,
            arrayJoin([('all', ''), ('source', toString(source)), ('country', toString(country))]) AS kind
        FROM session_rows(site = 1, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
    ),
    seen_before AS
    (
        SELECT DISTINCT visitor,
            arrayJoin([('all', ''), ('source', toString(source)), ('country', toString(country))]) AS kind
        FROM session_rows(site = 1, since = {before:DateTime64(3, 'UTC')}, until = {since:DateTime64(3, 'UTC')})
        WHERE visitor IN (SELECT visitor FROM visited)
    ),
    viewed AS
    (
        SELECT visitor, page, source, country, name = 'pageview' AS is_pageview
        FROM events
        WHERE site_id = 1
            AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
    ),
    viewed_before AS
    (
        SELECT DISTINCT visitor, page
        FROM events
        WHERE site_id = 1
            AND timestamp >= {before:DateTime64(3, 'UTC')} AND timestamp < {since:DateTime64(3, 'UTC')}
            AND visitor IN (SELECT visitor FROM viewed)
    )
SELECT 1, kind.1, today, kind.2, gap, sum(visitors), sum(visits), sum(bounces), sum(duration), sum(pageviews)
FROM
(
    SELECT kind, toUInt16((visitor, kind) IN seen_before) AS gap,
        count() AS visitors, 0 AS visits, 0 AS bounces, 0 AS duration, 0 AS pageviews
    FROM (SELECT DISTINCT visitor, kind FROM visited)
    GROUP BY kind, gap
    UNION ALL
    SELECT kind, toUInt16(carried) AS gap, 0, count(), countIf(is_bounce), sum(duration_s), 0
    FROM visited
    GROUP BY kind, gap
    UNION ALL
    SELECT arrayJoin([('all', ''), ('source', toString(source)), ('country', toString(country))]) AS kind,
        toUInt16(0) AS gap, 0, 0, 0, 0, countIf(is_pageview)
    FROM viewed
    GROUP BY kind
    UNION ALL
    SELECT ('page', toString(page)) AS kind, toUInt16((visitor, page) IN viewed_before) AS gap, count(), 0, 0, 0, sum(views)
    FROM (SELECT visitor, page, countIf(is_pageview) AS views FROM viewed GROUP BY visitor, page)
    GROUP BY page, gap
)
GROUP BY kind, gap
