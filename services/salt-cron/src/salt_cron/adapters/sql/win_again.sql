UPDATE tides SET wrapped = %(wrapped)s, minted_at = clock_timestamp()
WHERE name = %(name)s AND minted_at = %(minted_at)s
RETURNING name
