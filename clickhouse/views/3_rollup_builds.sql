-- The builds of roll-ups that may be read: of each local day of [first, last] the newest whose claim is what the events
-- say now. A few rows a day are compared, all from projections.

CREATE OR REPLACE VIEW rollup_builds AS
SELECT claims.day AS day, max(claims.build) AS build, argMax(claims.row_counts, claims.build) AS row_counts
FROM
(
    WITH
        (standing.began >= claimed.seen_since AND standing.began <= claimed.last_utc)
            OR (standing.happened >= claimed.first_utc AND standing.happened <= claimed.last_utc) AS made_from
    SELECT day, build, any(row_counts) AS row_counts
    FROM rollup_claims AS claimed
    CROSS JOIN
    (
        SELECT
            toDate(session_start) AS began,
            toDate(timestamp) AS happened,
            count() AS events,
            sum(cityHash64(session_id, session_seq, timestamp, visitor)) AS digest
        FROM events
        WHERE site_id = {site:UInt32}
        GROUP BY site_id, toDate(session_start), toDate(timestamp)
    ) AS standing
    WHERE claimed.site_id = {site:UInt32}
        AND claimed.zone = {zone:String}
        AND claimed.day >= {first:Date}
        AND claimed.day <= {last:Date}
    GROUP BY day, build
    HAVING any(claimed.events) = sumIf(standing.events, made_from)
        AND any(claimed.digest) = sumIf(standing.digest, made_from)
) AS claims
GROUP BY day;
