SELECT sha256, site_id FROM api_keys WHERE scope = 'write'
