-- The other design: aggregates as projections of events, with the exact sets of visitors and sessions as states.

-- name: day
ALTER TABLE events_projected ADD PROJECTION by_day
(
    SELECT site_id, toDate(timestamp), uniqExact(visitor), uniqExact(session_id), countIf(name = 'pageview')
    GROUP BY site_id, toDate(timestamp)
)

-- name: page
ALTER TABLE events_projected ADD PROJECTION by_page
(
    SELECT site_id, toDate(timestamp), page, uniqExact(visitor), countIf(name = 'pageview')
    GROUP BY site_id, toDate(timestamp), page
)

-- name: source
ALTER TABLE events_projected ADD PROJECTION by_source
(
    SELECT site_id, toDate(timestamp), source, uniqExact(visitor), uniqExact(session_id)
    GROUP BY site_id, toDate(timestamp), source
)

-- name: country
ALTER TABLE events_projected ADD PROJECTION by_country
(
    SELECT site_id, toDate(timestamp), country, uniqExact(visitor), uniqExact(session_id)
    GROUP BY site_id, toDate(timestamp), country
)

-- name: question_day
SELECT uniqExact(visitor), uniqExact(session_id), countIf(name = 'pageview')
FROM events_projected
WHERE site_id = 1

-- name: question_page
SELECT page, uniqExact(visitor) AS visitors, countIf(name = 'pageview') AS pageviews
FROM events_projected
WHERE site_id = 1
GROUP BY page
ORDER BY visitors DESC, page
LIMIT 10

-- name: question_source
SELECT source, uniqExact(visitor) AS visitors, uniqExact(session_id) AS visits
FROM events_projected
WHERE site_id = 1
GROUP BY source
ORDER BY visitors DESC, source
LIMIT 10
