"""ClickHouse's HTTP interface in front of chDB: one process that owns a data folder, for unmodified clients."""
