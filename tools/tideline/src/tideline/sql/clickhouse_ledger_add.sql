INSERT INTO schema_migrations (name, digest) SELECT {name:String}, {digest:String}
