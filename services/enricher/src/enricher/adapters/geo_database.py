"""Mounted MMDB files as a `PlaceOf`: the first file that knows an address answers."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path

import maxminddb
from runtime import log

from enricher.adapters.geo_shapes import place_of_record
from enricher.steps.place import NOWHERE, Place, PlaceOf

_log = log.get(__name__)


class GeoDatabaseError(Exception):
    """A file that is set cannot be read as an MMDB; the message names it."""


def open_places(paths: str) -> PlaceOf:
    """`PlaceOf` from a comma list of MMDB files, mapped into memory. Raises GeoDatabaseError.

    Without any, every place is nowhere, and one warning says so.
    """
    files = [Path(name.strip()) for name in paths.split(",") if name.strip()]
    if not files:
        _log.warning("no_geo_database", effect="country, region and city stay empty")
        return _nowhere
    return _Databases([_opened(file) for file in files]).place_of


def _nowhere(_: str) -> Place:
    return NOWHERE


def _opened(file: Path) -> maxminddb.Reader:
    try:
        # the pure Python reader is ten times slower, so a missing extension is an error and no fallback
        return maxminddb.open_database(file, maxminddb.MODE_MMAP_EXT)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise GeoDatabaseError(f"GEO_DATABASE {file}: {type(error).__name__}") from error


class _Databases:
    """Files for addresses of four bytes, of sixteen, or of both."""

    def __init__(self, readers: Sequence[maxminddb.Reader]) -> None:
        self._for_six = [reader for reader in readers if reader.metadata().ip_version == 6]  # noqa: PLR2004
        self._for_four = list(readers)

    def place_of(self, ip: str) -> Place:
        """Where the address is, by the first file that knows its country."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return NOWHERE
        if address.version == 6 and address.ipv4_mapped is not None:  # noqa: PLR2004
            address = address.ipv4_mapped
        for reader in self._for_four if address.version == 4 else self._for_six:  # noqa: PLR2004
            place = place_of_record(reader.get(address))
            if place.country:
                return place
        return NOWHERE
