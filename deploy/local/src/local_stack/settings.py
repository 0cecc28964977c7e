"""What the local stack is told: environment variables, read once."""

from pathlib import Path
from typing import Annotated

import msgspec

from local_stack.places import Places, checkout_state


class Settings(msgspec.Struct, frozen=True):
    """Read with `runtime.settings.load`."""

    tideline_port_base: Annotated[int, msgspec.Meta(ge=1024, le=32_600)] = 7200
    """All ports are counted from here: the collector is base + 1. They stay below those that clients connect from."""
    tideline_state_dir: str = ""
    """Where everything is kept; empty means `.local` of the checkout."""
    tideline_demo: bool = True
    """False sends no demo traffic."""
    geo_database: str = ""
    """An MMDB file for the enricher; empty takes the fetched one where there is one."""

    @property
    def places(self) -> Places:
        """The state folder's parts."""
        return Places(Path(self.tideline_state_dir).resolve() if self.tideline_state_dir else checkout_state({}))
