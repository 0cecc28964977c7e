"""Process plumbing for every service: settings, log, lifecycle, health, metrics, retry. No word of the domain."""
