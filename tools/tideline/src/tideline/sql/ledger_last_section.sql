-- The last section of a partition that the loss ledger tells of; those without a beacon are in no line.
SELECT max(source_offset)
FROM ledger
WHERE incarnation = {incarnation:String} AND source_partition = {partition:UInt16}
