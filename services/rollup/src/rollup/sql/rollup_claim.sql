-- What the build was made from. Written after its rows, and whoever reads compares it with what stands then, so that
-- events which came while the rows were made leave the claim untrue and the build unread.
INSERT INTO rollup_claims
    (site_id, zone, day, build, seen_since, first_utc, last_utc, events, digest, row_counts)
SELECT {site:UInt32}, {zone:String}, {day:Date}, {build:UInt64},
    {seen_since:Date}, {first_utc:Date}, {last_utc:Date}, {events:UInt64}, {digest:UInt64},
    mapFromArrays(groupArray(dimension), groupArray(dimension_rows))
FROM
(
    SELECT dimension, count() AS dimension_rows
    FROM rollup_days
    WHERE site_id = {site:UInt32} AND day = {day:Date} AND build = {build:UInt64}
    GROUP BY dimension
)
