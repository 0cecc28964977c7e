"""Run the query API: `python -m query_api`."""

import os

from runtime import lifecycle
from runtime.settings import load

from query_api.settings import Settings
from query_api.wiring import wire

if __name__ == "__main__":
    lifecycle.main("query-api", lambda: wire(load(Settings, os.environ)))
