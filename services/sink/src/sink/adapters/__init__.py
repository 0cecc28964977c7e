"""The outside: Kafka's log and its committed offsets, ClickHouse's table."""
