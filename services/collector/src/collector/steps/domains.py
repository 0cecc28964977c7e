"""Which sites a beacon is for: `d` or the page's URL in, domains as the registry spells them out."""

from typing import Any
from urllib.parse import urlsplit

from collector.steps.refusal import RefusedError

MAX_DOMAINS = 20
"""A beacon is stored once for each, so there is a bound on how much one request may write."""


def canonical_domain(text: str) -> str:
    """Lower case, no blanks around it, no `www.` before it."""
    return text.strip().lower().removeprefix("www.")


def read_domains(given: Any, url: str, field: str = "domain") -> list[str]:
    """The domains of a comma list, each once; without a list the host of `url`. Raises RefusedError on `field`."""
    if given is None:
        host = host_of(url)
        if not host:
            raise RefusedError(field, "can't be blank")
        return [host]
    if not isinstance(given, str):
        raise RefusedError(field, "must be a string")
    if "," not in given:
        found = [canonical_domain(given)]
    else:
        found = list(dict.fromkeys(map(canonical_domain, given.split(","))))
    if not all(found):
        raise RefusedError(field, "can't be blank")
    if len(found) > MAX_DOMAINS:
        raise RefusedError(field, f"should name at most {MAX_DOMAINS} domains")
    return found


def host_of(url: str) -> str:
    """The host of a URL as a domain, empty where there is none."""
    try:
        return canonical_domain(urlsplit(url).hostname or "")
    except ValueError:
        return ""
