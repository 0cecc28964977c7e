-- Rows by where they came from and minute of receipt (whole Unix minutes), without those that were imported.
SELECT source_partition, source_offset, site_id, intDiv(toUnixTimestamp(received), 60) AS minute, count()
FROM events
WHERE NOT imported
  AND received >= {since:DateTime('UTC')} AND received < {until:DateTime('UTC')}
  AND timestamp >= {since:DateTime('UTC')} - INTERVAL 3 DAY AND timestamp < {until:DateTime('UTC')} + INTERVAL 1 DAY
  AND ({site:UInt32} = 0 OR site_id = {site:UInt32})
GROUP BY source_partition, source_offset, site_id, minute
