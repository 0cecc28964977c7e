-- The loss ledger by site, minute of receipt (whole Unix minutes) and reason.
SELECT site_id, intDiv(toUnixTimestamp(minute), 60) AS received_minute, reason, sum(beacons)
FROM ledger FINAL
WHERE minute >= {since:DateTime('UTC')} AND minute < {until:DateTime('UTC')}
  AND ({site:UInt32} = 0 OR site_id = {site:UInt32})
GROUP BY site_id, received_minute, reason
