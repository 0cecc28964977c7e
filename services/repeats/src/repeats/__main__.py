"""`python -m repeats`: settings from the environment, components from wiring, life from runtime."""

import os

from runtime import lifecycle, settings

from repeats.settings import Settings
from repeats.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("repeats", lambda: wire(found))
