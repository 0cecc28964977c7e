-- Buckets of time: numbered, so that a visit's are a range of numbers; and the label of each number.

-- name: bucket.minute
toInt64(intDiv($clock, 60))

-- name: bucket.hour
toInt64(intDiv($clock, 3600))

-- name: bucket.day
toInt64(intDiv($clock, 86400))

-- name: bucket.week
-- From Monday on; 1970 began on a Thursday.
toInt64(intDiv($clock + 3 * 86400, 7 * 86400))

-- name: bucket.month
toInt64(toRelativeMonthNum(toDateTime($clock, 'UTC')))

-- name: label.minute
toString(toDateTime($number * 60, 'UTC'))

-- name: label.hour
toString(toDateTime($number * 3600, 'UTC'))

-- name: label.day
toString(toDate(toUInt16($number)))

-- name: label.week
-- Monday, or the period's first day where that is later.
toString(greatest(toDate(toUInt16($number * 7 - 3)), {first_day:Date}))

-- name: label.month
toString(makeDate(intDiv($number - 1, 12), ($number - 1) % 12 + 1, 1))

-- name: since
{since:DateTime64(3, 'UTC')}

-- name: until
{until:DateTime64(3, 'UTC')}

-- name: last
($until - toIntervalMillisecond(1))

-- name: first_of_visit
greatest(session_start, $since)

-- name: last_of_visit
least(session_end, $last)

-- name: buckets_of_visit
-- Every bucket between a visit's first and last event, within the period.
arrayJoin(range($first, $last + 1))

-- name: minutes_of_visit
-- The same for minutes, which the wall clock may show twice within one visit.
arrayJoin(arrayDistinct(arrayMap(
    minute -> $bucket,
    range(intDiv(toUnixTimestamp($first), 60), intDiv(toUnixTimestamp($last), 60) + 1))))

-- name: minute_start
toDateTime(minute * 60, 'UTC')

-- name: not_skipped
-- Hours that no clock showed, between which and the next a visit may lie.
d$place NOT IN {skipped_hours:Array(Int64)}
