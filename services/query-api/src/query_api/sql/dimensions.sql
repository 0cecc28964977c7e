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
-- What the clocks of the site's zone showed, in seconds since 1970: exact in zones of half hours, and the hour that is
-- lived twice when clocks go back is one hour.
(toUnixTimestamp($instant) + timezoneOffset(toTimeZone($instant, {zone:String})))
