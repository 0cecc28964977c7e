"""A real Chromium against the running product."""
