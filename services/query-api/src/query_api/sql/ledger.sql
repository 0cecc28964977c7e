-- The loss ledger: what became of beacons by minute of receipt. Lines are written again after a crash, so the last of
-- each key counts; rows are counted where they are, without those that were imported.

-- name: ledger
SELECT $bucket AS bucket, reason, sum(beacons)
FROM
(
    SELECT minute, reason, beacons
    FROM ledger FINAL
    WHERE site_id = {site:UInt32} AND minute >= {since:DateTime('UTC')} AND minute < {until:DateTime('UTC')}
    UNION ALL
    SELECT toStartOfMinute(received) AS minute, 'stored' AS reason, toInt64(count()) AS beacons
    FROM events
    WHERE site_id = {site:UInt32} AND NOT imported
        AND received >= {since:DateTime('UTC')} AND received < {until:DateTime('UTC')}
        AND timestamp >= {since:DateTime('UTC')} - INTERVAL 3 DAY AND timestamp < {until:DateTime('UTC')} + INTERVAL 1 DAY
    GROUP BY minute
)
GROUP BY bucket, reason
ORDER BY bucket, reason

-- name: ledger_by_minute
toUnixTimestamp(minute)

-- name: ledger_by_hour
toUnixTimestamp(toStartOfHour(minute, {zone:String}))

-- name: ledger_by_day
toUnixTimestamp(toDateTime(toStartOfDay(minute, {zone:String})))

-- name: ledger_reach
SELECT toUnixTimestamp64Milli(min(reached)), count() >= max(partitions) FROM ledger_reach FINAL
