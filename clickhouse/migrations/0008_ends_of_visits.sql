-- Entry and exit are the first and the last pageview as they happened, no longer as they came (views/1_session_fold.sql).
-- What was built before is not true of that: until it is built anew, answers come from events.

TRUNCATE TABLE sessions;

TRUNCATE TABLE rollup_claims;
