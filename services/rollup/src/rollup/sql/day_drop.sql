ALTER TABLE sessions DROP PARTITION {partition:UInt32}
