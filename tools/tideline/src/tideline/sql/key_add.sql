INSERT INTO api_keys (site_id, scope, sha256) VALUES (%s, %s, %s)
