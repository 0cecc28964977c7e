-- A question's statement: parts counted on events and on visits, joined by their dimensions.

-- name: period
site_id = {site:UInt32} AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}

-- name: key
$expression AS d$place

-- name: metric
$expression AS m_$name

-- name: absent
0 AS m_$name

-- name: present
$present AS m_present

-- name: group
GROUP BY $keys

-- name: part
SELECT $columns
FROM $source
WHERE $where
$group

-- name: both
$first
UNION ALL
$second

-- name: without_engagement
name != 'engagement'

-- name: events
events

-- name: has_such_event
session_id IN (SELECT session_id FROM $source WHERE $where)

-- name: has_such_event_then
-- In the same bucket of time, so that a bucket's row says what a period of just that bucket says.
(session_id, d$place) IN (SELECT session_id, $bucket FROM $source WHERE $where)

-- name: answer
SELECT $columns
FROM ($parts)
$group
$having
$order
LIMIT {limit:UInt32} OFFSET {offset:UInt32}

-- name: result.key
d$place AS r$place

-- name: result.time
$label AS r$place

-- name: result.metric
sum(m_$name) AS r_$name

-- name: result.percentage
-- Of all visitors that the question's filters choose.
round(ifNotFinite(100 * sum(m_visitors) / (SELECT sum(m_visitors) FROM ($everyone)), 0), 1) AS r_percentage

-- name: has_events
-- A page that no event of the period is on has no row, though a visit may have entered there before.
sum(m_present) > 0

-- name: having
HAVING $condition

-- name: order
ORDER BY $ranks

-- name: asc
$column ASC

-- name: desc
$column DESC

-- name: count
SELECT count() FROM (SELECT count() FROM ($parts) $group $having)

-- name: first_day
-- The site's first visit, in the order in which the table lies.
SELECT toUnixTimestamp64Milli(session_start) AS first_ms
FROM events
WHERE site_id = {site:UInt32}
ORDER BY site_id, session_start
LIMIT 1

-- name: patterns
-- Fails where one of them is no regular expression.
SELECT arrayMap(pattern -> match('', pattern), {patterns:Array(String)})

-- name: alive
SELECT 1
