"""Where an address is: the port that steps ask, and what it answers."""

from collections.abc import Callable

import msgspec


class Place(msgspec.Struct, frozen=True, gc=False):
    """A place on earth as far as it is known; unknown parts are empty, the city 0."""

    country: str = ""
    """ISO 3166-1 alpha-2."""
    region: str = ""
    """ISO 3166-2, as DE-HE."""
    region2: str = ""
    city: int = 0
    """GeoNames id."""
    city_name: str = ""
    """Only where the city has no GeoNames id."""


NOWHERE = Place()
PlaceOf = Callable[[str], Place]
"""An IP address in, a place out; never raises."""
