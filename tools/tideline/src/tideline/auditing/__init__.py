"""The audit: what the logs say became of each beacon, against what is stored."""
