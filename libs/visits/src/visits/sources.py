"""Referrers and tags in, the source of a visit out, under one canonical name each; the facts are in `data/`."""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources

import msgspec

from visits.url_parts import NO_HOSTNAME, hostname_of

_COUNTRY_SUFFIX = re.compile(r"com|[a-z]{2}|(?:com|co|org|net)\.[a-z]{2}")
"""What may follow `google.` and the like: com, de, co.uk, com.au."""


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where a visit came from; all empty for a visit from nowhere."""

    name: str = ""
    """Canonical name, or the host or tag itself where it is unknown."""
    kind: str = ""
    """search, social, video, shopping, email, news, ai, audio, other, or empty where the name is unknown."""
    referrer: str = ""
    """Host and path: no scheme, no `www.`, no query."""


class _Facts(msgspec.Struct, frozen=True):
    hosts: dict[str, tuple[str, str]]
    """Host or app package to name and kind."""
    country_hosts: dict[str, tuple[str, str]]
    """The part before a country's domain to name and kind."""
    words: dict[str, tuple[str, str]]
    """Tag in small letters to name and kind."""
    click_ids: dict[str, tuple[str, str]]


def source_of(referrer: str, own_hostname: str, utm_source: str, click_id: str) -> Source:
    """The source by tag, else by referrer, else by click id; the site's own pages are no source. Never raises."""
    cleaned = clean_referrer(referrer)
    host = cleaned.partition("/")[0]
    if host == own_hostname:
        cleaned = host = ""
    if utm_source:
        name, kind = _by_tag(utm_source)
    elif host:
        name, kind = _by_host(host) or (host, "")
    else:
        name, kind = _FACTS.click_ids.get(click_id.lower(), ("", ""))
    return Source(name, kind, cleaned)


def source_named(name: str, referrer: str) -> Source:
    """The source of that name, as `source_of` gave it, with a referrer that is clean already."""
    return Source(*(_by_tag(name) if name else ("", "")), referrer)


def clean_referrer(referrer: str) -> str:
    """Host and path of a referrer with a scheme (`android-app:` too), empty where it has no host."""
    scheme, slashes, rest = referrer.strip().partition("://")
    if not slashes or not scheme.replace("-", "").isalpha():
        return ""
    address = rest.partition("#")[0].partition("?")[0]
    authority, _, path = address.partition("/")
    host = hostname_of(authority)
    if host == NO_HOSTNAME:
        return ""
    text = f"{host}/{path}".rstrip("/ ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _by_tag(tag: str) -> tuple[str, str]:
    word = tag.strip().lower()
    found = _FACTS.words.get(word)
    if found is None and "." in word:
        found = _by_host(word.removeprefix("www."))
    return found or (tag.strip(), "")


def _by_host(host: str) -> tuple[str, str] | None:
    for candidate in _suffixes(host):
        found = _FACTS.hosts.get(candidate)
        if found is not None:
            return found
        first, _, rest = candidate.partition(".")
        found = _FACTS.country_hosts.get(first)
        if found is not None and _COUNTRY_SUFFIX.fullmatch(rest):
            return found
    return None


def _suffixes(host: str) -> Iterator[str]:
    """The host, then without its first label, and so on down to two labels."""
    while "." in host:
        yield host
        host = host.partition(".")[2]


def _load() -> _Facts:
    text = resources.files("visits").joinpath("data", "sources.toml").read_text("utf-8")
    document = tomllib.loads(text)
    facts = _Facts({}, {}, {}, {})
    for kind, names in document["kinds"].items():
        for name, hosts in names.items():
            facts.words[name.lower()] = (name, kind)
            for host in hosts:
                bare = host.removesuffix(".*")
                (facts.hosts if bare == host else facts.country_hosts)[bare] = (name, kind)
    for target, table in ((facts.words, "tags"), (facts.click_ids, "click_ids")):
        found = {word: facts.words[name.lower()] for name, words in document[table].items() for word in words}
        target.update(found)
    return facts


_FACTS = _load()
