"""`python -m enricher`: settings from the environment, components from wiring, life from runtime."""

import os

from runtime import lifecycle, settings

from enricher.settings import Settings
from enricher.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("enricher", lambda: wire(found))
