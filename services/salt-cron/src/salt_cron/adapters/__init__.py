"""Postgres and Redis, as salt-cron needs them."""
