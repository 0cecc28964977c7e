SELECT site_id, timezone FROM sites
