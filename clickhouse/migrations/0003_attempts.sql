-- Of which attempt to send it an event came, so that what a client sends again is found: kept as long as anyone may send
-- it again and be late with that. An index over the column, since a look-up knows no site's sessions and no time.

ALTER TABLE events
    ADD COLUMN attempt UInt64 TTL received + INTERVAL 4 DAY AFTER session_interactions,
    ADD INDEX attempts attempt TYPE bloom_filter(0.001) GRANULARITY 1;
