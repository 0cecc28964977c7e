INSERT INTO sites (domain, timezone) VALUES (%s, %s)
ON CONFLICT (domain) DO NOTHING
RETURNING site_id
