-- The highest source offset that any row of a partition names, and how many rows name one.
SELECT
    max(source_offset) AS highest,
    count() AS found
FROM events
WHERE source_partition = {partition:UInt16}
  AND NOT imported
