-- Accounts, sites, keys and goals. Everything here is the operator's and his customers'; nothing is a visitor's.

CREATE TABLE accounts (
    account_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

INSERT INTO accounts (name) VALUES ('operator');

CREATE TABLE sites (
    site_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  integer NOT NULL DEFAULT 1 REFERENCES accounts,
    domain      text NOT NULL UNIQUE CHECK (domain = lower(domain) AND domain <> ''),
    timezone    text NOT NULL DEFAULT 'Etc/UTC',
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
    api_key_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  integer NOT NULL DEFAULT 1 REFERENCES accounts,
    site_id     integer REFERENCES sites ON DELETE CASCADE,  -- null: all sites
    scope       text NOT NULL CHECK (scope IN ('stats', 'write')),
    sha256      text NOT NULL UNIQUE,                        -- hex, of the key's text; the text itself is kept nowhere
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE goals (
    goal_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id     integer NOT NULL REFERENCES sites ON DELETE CASCADE,
    name        text NOT NULL,
    event_name  text,
    page        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(event_name, page) = 1),
    UNIQUE (site_id, name)
);
