-- Visits come from the view that clickhouse/views owns: those with an event in, or on both sides of, the period.

-- name: visits
session_rows(site = {site:UInt32}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})

-- name: events_of_visits
-- Events with what is known of a visit only once it is over.
(
    SELECT
        events.* EXCEPT (entry_page, exit_page, entry_hostname, exit_hostname),
        visits.entry_page AS entry_page,
        visits.exit_page AS exit_page,
        visits.entry_hostname AS entry_hostname,
        visits.exit_hostname AS exit_hostname
    FROM events
    INNER JOIN $visits AS visits ON events.session_id = visits.session_id
    WHERE events.site_id = {site:UInt32}
)
