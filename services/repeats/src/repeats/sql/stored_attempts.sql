-- Which of these attempts to send a beacon an event came of. The time keeps months and granules out that are too old.
SELECT DISTINCT attempt
FROM events
WHERE attempt IN {attempts:Array(UInt64)}
  AND timestamp >= fromUnixTimestamp64Milli({since_ms:Int64})
