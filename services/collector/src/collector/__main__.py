"""`python -m collector`: settings from the environment, components from wiring, life from runtime."""

import os

from runtime import lifecycle, settings

from collector.settings import Settings
from collector.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("collector", lambda: wire(found), stop_deadline_s=15.0)
