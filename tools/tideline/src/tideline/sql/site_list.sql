SELECT site_id, domain, timezone, created_at FROM sites ORDER BY domain
