"""Runs the sink: `python -m sink`, settings from the environment."""

import os

from runtime import lifecycle, settings

from sink.settings import Settings
from sink.wiring import wire

if __name__ == "__main__":
    found = settings.load(Settings, os.environ)
    lifecycle.main("sink", lambda: wire(found), stop_deadline_s=20.0)
