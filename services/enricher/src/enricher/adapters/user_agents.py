"""User agents in, clients out: browser and system by ua-parser, robots by known crawlers and our own words.

Facts in `data/clients.toml` and `data/bots.toml`; known crawlers from the crawler-user-agents package.
"""

import tomllib
from importlib import resources
from typing import Any

import hyperscan
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from ua_parser import Parser
from ua_parser.core import OS, Device, UserAgent
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from enricher.steps.client import Client

_MOST_CHARS = 512
"""Longer user agents tell no more, and cost."""


class UserAgents:
    """A `ClientOf` with its tables compiled; take its answers through a memory, since parsing costs 25 µs."""

    def __init__(self) -> None:
        facts = _facts("clients.toml")
        self._browsers: dict[str, str] = facts["browsers"]
        self._systems: dict[str, str] = facts["systems"]
        self._devices = [(rule["class"], rule["any"], rule.get("none", [])) for rule in facts["devices"]]
        self._parser = Parser(Resolver(load_builtins()))
        self._robots = _Robots()

    def client_of(self, user_agent: str) -> Client:
        """The client of a user agent; never raises, and knows nothing of an unknown one."""
        text = user_agent[:_MOST_CHARS].encode("utf-8", "replace").decode()
        found = self._parser.parse(text)
        is_bot = self._robots.names(text) or _is_spider(found.device)
        browser, browser_version = self._browser(found.user_agent)
        system, system_version = self._system(found.os)
        return Client(is_bot, self._device(text), browser, browser_version, system, system_version)

    def _browser(self, found: UserAgent | None) -> tuple[str, str]:
        if found is None:
            return "", ""
        name = self._browsers.get(found.family, found.family)
        return name, _version(found.major, found.minor)

    def _system(self, found: OS | None) -> tuple[str, str]:
        if found is None:
            return "", ""
        return self._systems.get(found.family, found.family), _version(found.major, found.minor)

    def _device(self, text: str) -> str:
        lower = text.lower()
        for name, any_of, none_of in self._devices:
            if any(word in lower for word in any_of) and not any(word in lower for word in none_of):
                return str(name)
        return ""


class _Robots:
    """All patterns of robots in one pass over the text."""

    def __init__(self) -> None:
        facts = _facts("bots.toml")
        known = [entry["pattern"].encode() for entry in CRAWLER_USER_AGENTS_DATA]
        words = [word.encode() for word in facts["words"]]
        people = [word.encode() for word in facts["people"]]
        self._first_person = len(known) + len(words)
        flags = [hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY] * len(known)
        flags += [flags[0] | hyperscan.HS_FLAG_CASELESS] * (len(words) + len(people))
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        expressions = [*known, *words, *people]
        self._database.compile(
            expressions=expressions, ids=list(range(len(expressions))), elements=len(expressions), flags=flags
        )

    def names(self, text: str) -> bool:
        """Whether the text names a robot, and nothing that marks it as a person's."""
        hits: list[int] = []
        if not text.strip():
            return True
        self._database.scan(text.encode(), match_event_handler=lambda number, *_: hits.append(number))
        return bool(hits) and max(hits) < self._first_person


def _is_spider(device: Device | None) -> bool:
    return device is not None and device.brand == "Spider"


def _version(major: str | None, minor: str | None) -> str:
    if not major:
        return ""
    return f"{major}.{minor}" if minor else major


def _facts(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("enricher").joinpath("data", name).read_text("utf-8"))
