-- Whole days from roll-ups (clickhouse/migrations/0004_rollups.sql); runs of days that have none from plain rows. What
-- was there on an earlier day of the same bucket of time, or of the period, is counted then and not again.

-- name: rollup.builds
-- The builds that may be read, that hold every dimension asked for, and whose rows are all there.
SELECT toString(day), trusted.build
FROM rollup_builds(
    site = {site:UInt32}, zone = {zone:String}, first = {first_day:Date}, last = {last_day:Date}) AS trusted
LEFT JOIN
(
    SELECT build, count() AS held
    FROM rollup_days
    WHERE site_id = {site:UInt32}
        AND dimension IN {rollups:Array(String)}
        AND day >= {first_day:Date} AND day <= {last_day:Date}
    GROUP BY build
) AS kept USING (build)
WHERE held = arraySum(arrayMap(name -> row_counts[name], {rollups:Array(String)}))
    AND (empty(row_counts) OR arrayAll(name -> mapContains(row_counts, name), {rollups:Array(String)}))

-- name: rollup.imported
-- Imported visitors may have been there at any time before, so that no run of theirs can be told apart from the rest.
SELECT count()
FROM events
WHERE site_id = {site:UInt32} AND imported AND ($spans)

-- name: rollup.span
timestamp >= $since AND timestamp < $until

-- name: rollup.days
SELECT $keys
    sumIf(visitors, $fresh) AS m_visitors,
    sumIf(visits, $fresh) AS m_visits,
    sumIf(bounces, $fresh) AS m_bounces,
    sumIf(duration_s, $fresh) AS m_duration_s,
    sumIf(visit_pageviews, $fresh) AS m_visit_pageviews,
    sum(pageviews) AS m_pageviews,
    sum(events) AS m_events
FROM rollup_days
WHERE site_id = {site:UInt32}
    AND dimension = $dimension
    AND day >= {first_day:Date} AND day <= {last_day:Date}
    AND build IN {builds:Array(UInt64)}
$group

-- name: rollup.fresh
(gap = 0 OR day - gap < $first_of_bucket)

-- name: rollup.first.period
{first_day:Date}

-- name: rollup.first.time:day
day

-- name: rollup.first.time:week
greatest(toMonday(day), {first_day:Date})

-- name: rollup.first.time:month
greatest(toStartOfMonth(day), {first_day:Date})

-- name: rollup.clock
toInt64(toUInt16($day)) * 86400

-- name: rollup.text
toString(value)

-- name: rollup.number
toUInt32OrZero(toString(value))

-- name: rollup.day
day

-- name: run.visits
SELECT $keys
    uniqExactIf(visitor, $fresh_visitor) AS m_visitors,
    countIf($fresh_visit) AS m_visits,
    countIf(is_bounce AND $fresh_visit) AS m_bounces,
    sumIf(duration_s, $fresh_visit) AS m_duration_s,
    sumIf(pageviews, $fresh_visit) AS m_visit_pageviews,
    0 AS m_pageviews,
    0 AS m_events
FROM session_rows(site = {site:UInt32}, since = $since, until = $until)
$group

-- name: run.events
SELECT $keys
    uniqExactIf(visitor, $fresh_visitor) AS m_visitors,
    uniqExactIf(session_id, $fresh_visit) AS m_visits,
    0 AS m_bounces,
    0 AS m_duration_s,
    0 AS m_visit_pageviews,
    countIf(name = 'pageview') AS m_pageviews,
    countIf(name != 'engagement') AS m_events
FROM events
WHERE site_id = {site:UInt32} AND timestamp >= $since AND timestamp < $until
$group

-- name: run.day
toDate($day)

-- name: run.all
true

-- name: run.none
false

-- name: run.begins
NOT ($in_first_bucket AND session_start < $since)

-- name: run.not_seen
NOT ($in_first_bucket AND ($who, $value) IN (SELECT $who, $value FROM $seen))

-- name: run.in_first_bucket
d$place = $number

-- name: run.seen.visits
session_rows(site = {site:UInt32}, since = $seen_since, until = $since)

-- name: run.seen.events
events
WHERE site_id = {site:UInt32} AND timestamp >= $seen_since AND timestamp < $since

-- name: run.no_value
''

-- name: run.visitor
visitor

-- name: run.visit
session_id

-- name: rolled.visitors
sum(m_visitors)

-- name: rolled.visits
sum(m_visits)

-- name: rolled.pageviews
sum(m_pageviews)

-- name: rolled.events
sum(m_events)

-- name: rolled.views_per_visit
round(ifNotFinite(sum(m_visit_pageviews) / sum(m_visits), 0), 2)

-- name: rolled.bounce_rate
toUInt32(round(ifNotFinite(100 * sum(m_bounces) / sum(m_visits), 0)))

-- name: rolled.visit_duration
toUInt32(round(ifNotFinite(sum(m_duration_s) / sum(m_visits), 0)))

-- name: rolled.percentage
-- Of all visitors of the period.
round(ifNotFinite(100 * sum(m_visitors) / (SELECT sum(m_visitors) FROM ($everyone)), 0), 1)

-- name: rolled.result
$expression AS r_$name
