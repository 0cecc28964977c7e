CREATE TABLE IF NOT EXISTS schema_migrations
(
    name        String,
    digest      String,
    applied_at  DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY name
