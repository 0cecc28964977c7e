"""Events out of ClickHouse, as lines that an import takes."""
