"""Visitors that behave like people, logs replayed as visitors, and a past to import: load for a collector."""
