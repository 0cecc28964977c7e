-- One local day of one site, rolled up: [since, until) is the day, and whoever was there before is looked for from
-- `seen_since` on. Most visitors were never there before and are counted as they come; of the others, each with each value
-- that they had, the latest day before is found.
INSERT INTO rollup_days
    (site_id, day, build, dimension, value, gap,
    visitors, visits, bounces, duration_s, visit_pageviews, pageviews, events)
WITH
    visited AS
    (
        SELECT visitor, session_start < {since:DateTime64(3, 'UTC')} AS carried, is_bounce, duration_s, pageviews,
            $of_visits AS kinds
        FROM session_rows(
            site = {site:UInt32}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
    ),
    visited_before AS
    (
        SELECT visitor, least(toDate(session_end, {zone:String}), {day:Date} - 1) AS seen,
            $of_visits AS kinds
        FROM session_rows(
            site = {site:UInt32}, since = {seen_since:DateTime64(3, 'UTC')}, until = {since:DateTime64(3, 'UTC')})
        WHERE visitor IN (SELECT visitor FROM visited)
    ),
    happened AS
    (
        SELECT visitor, session_id, name = 'pageview' AS is_pageview, name != 'engagement' AS is_event,
            $of_events AS kinds,
            arrayConcat($of_events_visits, kinds) AS all_kinds
        FROM events
        WHERE site_id = {site:UInt32}
            AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
    ),
    happened_before AS
    (
        SELECT visitor, session_id, toDate(timestamp, {zone:String}) AS seen,
            $of_events AS kinds
        FROM events
        WHERE site_id = {site:UInt32}
            AND timestamp >= {seen_since:DateTime64(3, 'UTC')} AND timestamp < {since:DateTime64(3, 'UTC')}
            AND visitor IN (SELECT visitor FROM happened)
    )
SELECT {site:UInt32}, {day:Date}, {build:UInt64}, kind.1 AS dimension, kind.2 AS value, gap,
    sum(of_visitors), sum(of_visits), sum(of_bounces), sum(of_seconds), sum(of_views), sum(of_pageviews), sum(of_events)
FROM
(
    -- a visit that came over midnight was there the day before
    SELECT kind, toUInt16(carried) AS gap, 0 AS of_visitors, count() AS of_visits, countIf(is_bounce) AS of_bounces,
        sum(duration_s) AS of_seconds, sum(pageviews) AS of_views, 0 AS of_pageviews, 0 AS of_events
    FROM visited
    ARRAY JOIN kinds AS kind
    GROUP BY kind, gap
    UNION ALL
    SELECT kind, 0, uniqExact(visitor), 0, 0, 0, 0, 0, 0
    FROM visited
    ARRAY JOIN kinds AS kind
    WHERE visitor NOT IN (SELECT visitor FROM visited_before)
    GROUP BY kind
    UNION ALL
    SELECT kind, gap, count(), 0, 0, 0, 0, 0, 0
    FROM
    (
        SELECT kind, if(max(seen) = toDate(0), 0, {day:Date} - max(seen)) AS gap
        FROM
        (
            SELECT visitor, kind, toDate(0) AS seen, true AS is_today
            FROM visited
            ARRAY JOIN kinds AS kind
            WHERE visitor IN (SELECT visitor FROM visited_before)
            UNION ALL
            SELECT visitor, kind, seen, false
            FROM visited_before
            ARRAY JOIN kinds AS kind
        )
        GROUP BY visitor, kind
        HAVING max(is_today)
    )
    GROUP BY kind, gap
    UNION ALL
    SELECT kind, 0, 0, 0, 0, 0, 0, countIf(is_pageview), countIf(is_event)
    FROM happened
    ARRAY JOIN all_kinds AS kind
    GROUP BY kind
    UNION ALL
    SELECT kind, 0, uniqExact(visitor), uniqExact(session_id), 0, 0, 0, 0, 0
    FROM happened
    ARRAY JOIN kinds AS kind
    WHERE visitor NOT IN (SELECT visitor FROM happened_before)
    GROUP BY kind
    UNION ALL
    SELECT kind, gap, countIf(NOT who.1), countIf(who.1), 0, 0, 0, 0, 0
    FROM
    (
        SELECT who, kind, if(max(seen) = toDate(0), 0, {day:Date} - max(seen)) AS gap
        FROM
        (
            SELECT who, kind, toDate(0) AS seen, true AS is_today
            FROM happened
            ARRAY JOIN kinds AS kind
            ARRAY JOIN [(false, visitor), (true, session_id)] AS who
            WHERE visitor IN (SELECT visitor FROM happened_before)
            UNION ALL
            SELECT who, kind, seen, false
            FROM happened_before
            ARRAY JOIN kinds AS kind
            ARRAY JOIN [(false, visitor), (true, session_id)] AS who
        )
        GROUP BY who, kind
        HAVING max(is_today)
    )
    GROUP BY kind, gap
)
GROUP BY kind, gap
SETTINGS max_insert_threads = 1
