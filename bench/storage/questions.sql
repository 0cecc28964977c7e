-- The same questions put to each design. {since} and {until} are moments, {country} is empty or a filter.

-- name: events.totals
SELECT visitors, visits, bounces, duration, pageviews
FROM
(
    SELECT uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces,
        sum(greatest(0, dateDiff('second', session_start, session_end))) AS duration
    FROM session_fold
    WHERE site_id = 1 AND session_start < {until:DateTime64(3, 'UTC')} AND session_end >= {since:DateTime64(3, 'UTC')}
        AND session_start >= {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
        AND ({country:String} = '' OR country = {country:String})
) AS of_sessions
CROSS JOIN
(
    SELECT countIf(name = 'pageview') AS pageviews
    FROM events
    WHERE site_id = 1 AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
        AND ({country:String} = '' OR country = {country:String})
) AS of_events

-- name: events.series
SELECT toDate(timestamp) AS day, uniqExact(visitor) AS visitors, countIf(name = 'pageview') AS pageviews
FROM events
WHERE site_id = 1 AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
    AND ({country:String} = '' OR country = {country:String})
GROUP BY day
ORDER BY day

-- name: events.pages
SELECT page, uniqExact(visitor) AS visitors, countIf(name = 'pageview') AS pageviews
FROM events
WHERE site_id = 1 AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
    AND ({country:String} = '' OR country = {country:String})
GROUP BY page
ORDER BY visitors DESC, page
LIMIT 10

-- name: events.sources
SELECT source, uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces
FROM session_fold
WHERE site_id = 1 AND session_start < {until:DateTime64(3, 'UTC')} AND session_end >= {since:DateTime64(3, 'UTC')}
    AND session_start >= {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
    AND ({country:String} = '' OR country = {country:String})
GROUP BY source
ORDER BY visitors DESC, source
LIMIT 10

-- name: events.countries
SELECT country, uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces
FROM session_fold
WHERE site_id = 1 AND session_start < {until:DateTime64(3, 'UTC')} AND session_end >= {since:DateTime64(3, 'UTC')}
    AND session_start >= {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
    AND ({country:String} = '' OR country = {country:String})
GROUP BY country
ORDER BY visitors DESC, country
LIMIT 10

-- name: sessions.totals
SELECT visitors, visits, bounces, duration, pageviews
FROM
(
    SELECT uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces, sum(duration_s) AS duration
    FROM session_rows(site = 1, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
    WHERE ({country:String} = '' OR country = {country:String})
) AS of_sessions
CROSS JOIN
(
    SELECT countIf(name = 'pageview') AS pageviews
    FROM events
    WHERE site_id = 1 AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
        AND ({country:String} = '' OR country = {country:String})
) AS of_events

-- name: sessions.sources
SELECT source, uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces
FROM session_rows(site = 1, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
WHERE ({country:String} = '' OR country = {country:String})
GROUP BY source
ORDER BY visitors DESC, source
LIMIT 10

-- name: sessions.countries
SELECT country, uniqExact(visitor) AS visitors, count() AS visits, countIf(is_bounce) AS bounces
FROM session_rows(site = 1, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
WHERE ({country:String} = '' OR country = {country:String})
GROUP BY country
ORDER BY visitors DESC, country
LIMIT 10
