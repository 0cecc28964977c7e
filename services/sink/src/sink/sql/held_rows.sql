-- Which rows of a source range are there, and how many copies of each: what a block is verified against.
-- Coordinates lapse 7 days after receipt; of rows that old all within the block's time are told, by their event id.
SELECT
    source_offset,
    source_place,
    event_id,
    count() AS copies
FROM events
WHERE timestamp BETWEEN fromUnixTimestamp64Milli({first_ms:Int64}) AND fromUnixTimestamp64Milli({last_ms:Int64})
  AND NOT imported
  AND (
      (source_partition = {partition:UInt16} AND source_offset BETWEEN {first_offset:UInt64} AND {last_offset:UInt64})
      OR received < now() - INTERVAL 6 DAY
  )
GROUP BY source_offset, source_place, event_id
