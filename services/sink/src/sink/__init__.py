"""The sink: events from Kafka become rows in ClickHouse, each exactly once."""
