-- Of which attempt to send it an event came, so that what a client sends again is found: kept for the 48 hours in which a
-- client may send it again and the 72 for which such a repeat may wait to be judged. An index over the column, since a
-- look-up knows no site's sessions and no time.

ALTER TABLE events
    ADD COLUMN attempt UInt64 TTL received + INTERVAL 5 DAY AFTER session_interactions,
    ADD INDEX attempts attempt TYPE bloom_filter(0.001) GRANULARITY 1;
