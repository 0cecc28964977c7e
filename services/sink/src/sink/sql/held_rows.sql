-- Which rows of a source range are there, and how many copies of each: what a block is verified against.
SELECT
    source_offset,
    source_place,
    event_id,
    count() AS copies
FROM events
WHERE source_partition = {partition:UInt16}
  AND source_offset BETWEEN {first_offset:UInt64} AND {last_offset:UInt64}
  AND timestamp BETWEEN fromUnixTimestamp64Milli({first_ms:Int64}) AND fromUnixTimestamp64Milli({last_ms:Int64})
  AND NOT imported
GROUP BY source_offset, source_place, event_id
