-- Sites with so many events, and the UTC days of their first and last: answered by a projection.
SELECT site_id, min(happened), max(happened)
FROM
(
    SELECT
        site_id,
        toDate(session_start) AS began,
        toDate(timestamp) AS happened,
        count() AS day_events
    FROM events
    GROUP BY site_id, toDate(session_start), toDate(timestamp)
)
GROUP BY site_id
HAVING sum(day_events) >= {least_events:UInt64}
