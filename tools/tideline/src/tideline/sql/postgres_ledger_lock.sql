-- Any fixed number does; it only has to be the same in every run.
SELECT pg_advisory_lock(7201)
