"""Two shapes of a geo database's record in, a place out: MaxMind's nested one, and the flat one of free lists.

MaxMind's as in its GeoIP2 and GeoLite2 City documentation; the flat one as in the ip-location-db project's MMDB
files: `country_code`, `state1`, `state2`, `city`, names in English and neither ids nor codes of regions.
"""

from collections.abc import Mapping
from typing import Any

from enricher.steps.place import NOWHERE, Place

Record = Mapping[str, Any]


def place_of_record(record: object) -> Place:
    """The place of a record of either shape; nowhere where it is of neither."""
    if not isinstance(record, Mapping):
        return NOWHERE
    return _flat(record) if "country_code" in record else _maxmind(record)


def _maxmind(record: Record) -> Place:
    country = _text(_part(record, "country"), "iso_code")
    regions = [_text(part, "iso_code") for part in _parts(record, "subdivisions")]
    codes = [f"{country}-{code}" for code in regions if country and code]
    city = _part(record, "city")
    city_id = city.get("geoname_id")
    if isinstance(city_id, int):
        return Place(country, *_first_two(codes), city_id)
    return Place(country, *_first_two(codes), 0, _text(_part(city, "names"), "en"))


def _flat(record: Record) -> Place:
    return Place(_text(record, "country_code"), city_name=_text(record, "city"))


def _part(record: Record, name: str) -> Record:
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def _parts(record: Record, name: str) -> list[Record]:
    found = record.get(name)
    return [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []


def _text(record: Record, name: str) -> str:
    found = record.get(name)
    return found if isinstance(found, str) else ""


def _first_two(codes: list[str]) -> tuple[str, str]:
    return (codes[0] if codes else ""), (codes[1] if len(codes) > 1 else "")
