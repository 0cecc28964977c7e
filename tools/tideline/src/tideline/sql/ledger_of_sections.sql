-- What the loss ledger says of some sections of one partition: section, site, minute (whole Unix minutes), reason, count.
SELECT source_offset, site_id, intDiv(toUnixTimestamp(minute), 60) AS received_minute, reason, sum(beacons)
FROM ledger FINAL
WHERE incarnation = {incarnation:String}
  AND source_partition = {partition:UInt16}
  AND source_offset IN {offsets:Array(UInt64)}
GROUP BY source_offset, site_id, received_minute, reason
ORDER BY source_offset, site_id, received_minute, reason
