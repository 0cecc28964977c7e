-- Builds begun before a moment that are not the newest of their day, that nobody claimed, or whose site is gone. One
-- dimension tells them all, and lies together.
SELECT DISTINCT build
FROM
(
    SELECT site_id, day, build FROM rollup_days WHERE dimension = 'all'
    UNION ALL
    SELECT site_id, day, build FROM rollup_claims
)
WHERE build < {before:UInt64}
    AND (
        (site_id, day, build) NOT IN (SELECT site_id, day, max(build) FROM rollup_claims GROUP BY site_id, day)
        OR site_id NOT IN (SELECT site_id FROM events GROUP BY site_id))
