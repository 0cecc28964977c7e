SELECT site_id FROM sites WHERE domain = %s
