-- The last section of a partition that the loss ledger knows of, by life of `beacons`.
SELECT incarnation, max(source_offset) FROM ledger WHERE source_partition = {partition:UInt16} GROUP BY incarnation
