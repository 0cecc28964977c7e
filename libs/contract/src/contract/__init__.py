"""The shapes and names that travel between services: beacon, envelope, event, row. No I/O, no clock."""
