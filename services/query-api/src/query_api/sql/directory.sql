-- What the service must know of keys and sites.

-- name: stats_keys
SELECT sha256, site_id FROM api_keys WHERE scope = 'stats'

-- name: sites
SELECT site_id, domain, timezone FROM sites ORDER BY domain
