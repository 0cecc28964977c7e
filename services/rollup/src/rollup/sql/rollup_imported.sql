SELECT count() > 0
FROM events
WHERE site_id = {site:UInt32}
    AND imported
    AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
