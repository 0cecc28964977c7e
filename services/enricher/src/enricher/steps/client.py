"""What a user agent tells: the port that steps ask, and what it answers."""

from collections.abc import Callable

import msgspec


class Client(msgspec.Struct, frozen=True, gc=False):
    """A browser and what it runs on; unknown parts are empty."""

    is_bot: bool = False
    device: str = ""
    """Desktop, Mobile, Tablet, TV, Console, Wearable or empty."""
    browser: str = ""
    browser_version: str = ""
    """`major` or `major.minor`."""
    os: str = ""
    os_version: str = ""


ClientOf = Callable[[str], Client]
"""A user agent in, a client out; never raises."""
