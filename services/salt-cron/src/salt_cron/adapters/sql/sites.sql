SELECT site_id, domain, timezone FROM sites
