-- The UTC days of which a site has events, in order; an open end of the range is null.
SELECT DISTINCT toDate(timestamp) AS day
FROM events
WHERE site_id = {site:UInt32}
    AND ({first_day:Nullable(Date)} IS NULL OR toDate(timestamp) >= {first_day:Nullable(Date)})
    AND ({last_day:Nullable(Date)} IS NULL OR toDate(timestamp) <= {last_day:Nullable(Date)})
ORDER BY day
