INSERT INTO schema_migrations (name, digest) VALUES (%s, %s)
