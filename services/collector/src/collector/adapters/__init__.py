"""Kafka, Redis and the disk, as the collector needs them."""
