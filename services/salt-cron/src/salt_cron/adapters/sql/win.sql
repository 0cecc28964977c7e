INSERT INTO tides (name, wrapped, expires_at)
VALUES (%(name)s, %(wrapped)s, to_timestamp(%(expires_at_s)s))
ON CONFLICT (name) DO NOTHING
RETURNING name
