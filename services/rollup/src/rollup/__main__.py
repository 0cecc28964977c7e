"""`python -m rollup`: settings from the environment, components from wiring, life from runtime."""

import os

from runtime import lifecycle, settings

from rollup.settings import Settings
from rollup.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("rollup", lambda: wire(found), stop_deadline_s=30.0)
