"""The metrics of salt-cron, declared once."""

from prometheus_client import Counter

ACTIONS = Counter("tideline_salt_cron_actions", "What was done about secrets.", ["action"])
PUBLISHED = Counter("tideline_salt_cron_registry_published", "How often the registry was written to Redis.")
FAILED_TICKS = Counter("tideline_salt_cron_failed_ticks", "Ticks that Redis or Postgres failed.", ["job"])
