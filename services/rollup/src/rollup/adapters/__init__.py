"""The outside: ClickHouse."""
