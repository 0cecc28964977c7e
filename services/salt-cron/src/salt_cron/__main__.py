"""`python -m salt_cron`: settings from the environment, components from wiring, life from runtime."""

import os

from runtime import lifecycle, settings

from salt_cron.settings import Settings
from salt_cron.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("salt-cron", lambda: wire(found))
