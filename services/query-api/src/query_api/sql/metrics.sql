-- Expressions of metrics over rows of events and over rows of visits (session rows).
-- $entered restricts the bounce rate to visits that entered where a filter on pages says.

-- name: events.visitors
uniqExact(visitor)

-- name: events.visits
uniqExact(session_id)

-- name: events.pageviews
countIf(name = 'pageview')

-- name: events.events
countIf(name != 'engagement')

-- name: events.scroll_depth
-- The deepest scroll of each visit, averaged over the visits that told one.
toUInt32(round(ifNotFinite(arrayAvg(mapValues(maxMapIf(map(session_id, scroll_depth), scroll_depth <= 100))), 0)))

-- name: events.time_on_page
-- Engaged seconds per visit that told any.
toUInt32(round(ifNotFinite(sum(engagement_ms) / uniqExactIf(session_id, engagement_ms > 0) / 1000, 0)))

-- name: visits.visitors
uniqExact(visitor)

-- name: visits.visits
count()

-- name: visits.views_per_visit
round(ifNotFinite(sum(pageviews) / count(), 0), 2)

-- name: visits.bounce_rate
toUInt32(round(ifNotFinite(100 * countIf(is_bounce AND $entered) / countIf($entered), 0)))

-- name: visits.visit_duration
toUInt32(round(ifNotFinite(avg(duration_s), 0)))
