"""Makes the secrets of days to come, keeps those in use, forgets those past; publishes the registry of sites."""
