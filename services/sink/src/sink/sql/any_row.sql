-- Whether any row came through the log: one row with one number, or nothing.
SELECT 1 FROM events WHERE NOT imported LIMIT 1
