-- A site's imported events of a span of time, by id: what an import need not insert again, and whose they are.
SELECT event_id, visitor, session_id
FROM events
WHERE site_id = {site:UInt32}
    AND imported
    AND timestamp >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
    AND timestamp <= fromUnixTimestamp64Milli({last_ms:Int64}, 'UTC')
ORDER BY event_id
