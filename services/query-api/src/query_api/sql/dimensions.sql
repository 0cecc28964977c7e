-- How a dimension's value is read from its column. Values of one visit stand on each of its events.

-- name: text
toString($column)

-- name: number
$column

-- name: prop
props[$prop]

-- name: country_name
transform(toString($column), {country_codes:Array(String)}, {country_names:Array(String)}, toString($column))

-- name: region_name
transform(toString($column), {region_codes:Array(String)}, {region_names:Array(String)}, toString($column))

-- name: city_name
if(city_name != '', toString(city_name), if(city = 0, '', toString(city)))

-- name: shown
if($value = '', $empty, $value)

-- name: wall_clock
-- What the clocks of the site's zone showed, as if it were UTC: exact in zones of half hours, and the hour that
-- is lived twice when clocks go back is one hour.
addSeconds(toDateTime($instant, 'UTC'), timezoneOffset(toTimeZone($instant, {zone:String})))

-- name: bucket.minute
toStartOfMinute($clock)

-- name: bucket.hour
toStartOfHour($clock)

-- name: bucket.day
toDate($clock)

-- name: bucket.week
-- Monday, or the period's first day where that is later.
greatest(toMonday($clock), {first_day:Date})

-- name: bucket.month
toStartOfMonth($clock)

-- name: times_of_visit
-- Every bucket between a visit's first and last event, within the period.
arrayJoin(arrayDistinct(arrayMap(
    instant -> $bucket,
    arrayPushBack(
        arrayMap(
            step -> addSeconds(greatest(session_start, $since), step * $step_s),
            range(0, toUInt32(intDiv(greatest(0, dateDiff('second', greatest(session_start, $since), least(session_end, $last))), $step_s)) + 1)),
        least(session_end, $last)))))
