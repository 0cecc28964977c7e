"""The made-up world, read once from `data/`: countries, browsers, and a site's pages, arrivals and actions."""

from importlib import resources
from ipaddress import IPv4Network
from typing import TypeVar

import msgspec


class City(msgspec.Struct, frozen=True):
    """A place by ISO 3166-2 region and GeoNames id."""

    region: str
    city: int


class Country(msgspec.Struct, frozen=True):
    """Where people live, and the networks that they come from."""

    code: str
    weight: float
    utc_offset_h: int
    networks: tuple[IPv4Network, ...]
    cities: tuple[City, ...]


class Agent(msgspec.Struct, frozen=True):
    """A browser on a system, as a template of its user agent."""

    weight: float
    device: str
    browser: str
    os: str
    text: str
    versions: tuple[str, ...]
    os_versions: tuple[str, ...]
    widths: tuple[int, ...]


class Page(msgspec.Struct, frozen=True):
    """A page, how often it is chosen, and how long it is read at the median."""

    path: str
    weight: float
    seconds: float


class Arrival(msgspec.Struct, frozen=True):
    """How a visit begins; without `page` on any page."""

    weight: float
    referrer: str = ""
    query: str = ""
    page: str = ""


class Action(msgspec.Struct, frozen=True):
    """A custom event that happens on a page with a chance."""

    page: str
    name: str
    chance: float
    props: dict[str, tuple[str, ...]] = {}
    amounts: tuple[str, ...] = ()
    currency: str = ""
    interactive: bool = True


class World(msgspec.Struct, frozen=True):
    """Everything that people are made of."""

    countries: tuple[Country, ...]
    agents: tuple[Agent, ...]
    pages: tuple[Page, ...]
    arrivals: tuple[Arrival, ...]
    actions: tuple[Action, ...]


class _Countries(msgspec.Struct):
    countries: tuple[Country, ...]


class _Agents(msgspec.Struct):
    agents: tuple[Agent, ...]


class _Site(msgspec.Struct):
    pages: tuple[Page, ...]
    arrivals: tuple[Arrival, ...]
    actions: tuple[Action, ...]


_T = TypeVar("_T")


def load_world() -> World:
    """The world of the package's data files."""
    site = _read("site", _Site)
    return World(
        countries=_read("world", _Countries).countries,
        agents=_read("agents", _Agents).agents,
        pages=site.pages,
        arrivals=site.arrivals,
        actions=site.actions,
    )


def _read(name: str, shape: type[_T]) -> _T:
    text = resources.files("loadgen").joinpath("data", f"{name}.toml").read_bytes()
    return msgspec.toml.decode(text, type=shape, dec_hook=lambda kind, value: kind(value))
