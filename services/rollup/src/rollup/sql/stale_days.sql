-- UTC days of session start on which, for any site, the sessions were not built from just the events that stand,
-- or stand there twice (two builders swapped the same day in at once).
-- Both sides are answered by projections: a few rows a day.
SELECT DISTINCT day
FROM
(
    SELECT
        site_id,
        toDate(session_start) AS day,
        count() AS day_events,
        sum(cityHash64(session_id, session_seq, timestamp, visitor)) AS day_digest
    FROM events
    GROUP BY site_id, toDate(session_start)
) AS standing
FULL OUTER JOIN
(
    SELECT
        site_id,
        toDate(session_start) AS day,
        if(count() = any(day_sessions), any(day_events), 0) AS day_events,
        any(day_digest) AS day_digest
    FROM sessions
    GROUP BY site_id, toDate(session_start)
) AS built USING (site_id, day)
WHERE standing.day_events != built.day_events OR standing.day_digest != built.day_digest
ORDER BY day
