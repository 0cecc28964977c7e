"""The operator's command line: migrate, add sites and keys, import and export."""
