-- How many of a site's imported events of a span are there, and the exclusive or of their ids.
SELECT count(), groupBitXor(event_id)
FROM events
WHERE site_id = {site:UInt32}
    AND imported
    AND timestamp >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
    AND timestamp <= fromUnixTimestamp64Milli({last_ms:Int64}, 'UTC')
