-- Whether this connection is now the only one that imports into the site; held until the connection ends.
SELECT pg_try_advisory_lock(%s, %s)
