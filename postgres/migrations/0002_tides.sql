-- Which secrets were made, and in the mode `wrapped` the secrets themselves under the operator's master key.
-- No backup takes this table. Rows are deleted once expires_at has passed.

CREATE TABLE tides (
    name        text PRIMARY KEY,       -- 'tide:2026-11-23' or 'routing:2026-11'
    wrapped     bytea,                  -- null in the mode `memory`
    expires_at  timestamptz NOT NULL,
    minted_at   timestamptz NOT NULL DEFAULT now()
);
