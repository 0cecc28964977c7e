"""The running product from outside: it speaks HTTP, Kafka and SQL, and imports no service."""
