"""What stands outside: ClickHouse, Postgres, names of places, the files of the dashboard."""
