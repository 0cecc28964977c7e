-- What a roll-up is made from, as the claim has it (clickhouse/views/3_rollup_builds.sql): answered by a projection.
SELECT sum(day_events), sum(day_digest)
FROM
(
    SELECT
        toDate(session_start) AS began,
        toDate(timestamp) AS happened,
        count() AS day_events,
        sum(cityHash64(session_id, session_seq, timestamp, visitor)) AS day_digest
    FROM events
    WHERE site_id = {site:UInt32}
    GROUP BY site_id, toDate(session_start), toDate(timestamp)
)
WHERE (began >= {seen_since:Date} AND began <= {last_utc:Date})
    OR (happened >= {first_utc:Date} AND happened <= {last_utc:Date})
