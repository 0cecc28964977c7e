"""The outside: Kafka's topics and the sink's progress in them, collectors' words in Redis, attempts in ClickHouse."""
