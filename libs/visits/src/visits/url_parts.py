"""Page URLs in, their parts out: hostname, page, UTM parameters and the name of a click id. Never raises."""

from urllib.parse import unquote, unquote_plus

import msgspec

NO_HOSTNAME = "(none)"

CLICK_IDS = frozenset(
    {
        "gclid",
        "gbraid",
        "wbraid",
        "dclid",
        "fbclid",
        "igshid",
        "msclkid",
        "ttclid",
        "twclid",
        "li_fat_id",
        "yclid",
        "epik",
        "rdt_cid",
        "sccid",
        "qclid",
        "irclickid",
        "tblci",
        "obclid",
    }
)
"""Parameters, in small letters, that advertisers' networks add to a link; their values tell of one person."""

_SOURCE_FALLBACKS = ("utm_source", "source", "ref")
_TAGS = frozenset({*_SOURCE_FALLBACKS, "utm_medium", "utm_campaign", "utm_content", "utm_term"})


class UrlParts(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a URL; absent parts are empty."""

    hostname: str
    """Lower case, without `www.` and port, international names as `xn--`; `(none)` where there is none."""
    page: str
    """Percent-decoded path, `/` where it is empty, with the fragment in hash mode."""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    click_id: str = ""
    """The name of the first click id parameter, never its value."""


def split_url(url: str, hash_mode: bool) -> UrlParts:
    """Any text in, its parts out; `hash_mode` keeps the fragment as part of the page."""
    rest, _, fragment = _encodable(url).strip().partition("#")
    rest, _, query = rest.partition("?")
    host, path = _host_and_path(rest)
    page = unquote(path).rstrip() or "/"
    if hash_mode and fragment:
        page = f"{page}#{unquote(fragment).rstrip()}"
    if not query:
        return UrlParts(hostname_of(host), page)
    tags, click_id = _tags(query)
    return UrlParts(
        hostname_of(host),
        page,
        next((tags[key] for key in _SOURCE_FALLBACKS if key in tags), ""),
        tags.get("utm_medium", ""),
        tags.get("utm_campaign", ""),
        tags.get("utm_content", ""),
        tags.get("utm_term", ""),
        click_id,
    )


def hostname_of(authority: str) -> str:
    """A URL's authority (user and port allowed) as a hostname of `UrlParts`."""
    host = authority.rpartition("@")[2].lower()
    if not host.endswith("]"):
        name, colon, port = host.rpartition(":")
        if colon and (port.isdecimal() or not port):
            host = name
    host = host.removeprefix("www.").rstrip(".")
    if not host.isascii():
        host = _international(host)
    return host or NO_HOSTNAME


def _host_and_path(rest: str) -> tuple[str, str]:
    scheme, slashes, after = rest.partition("://")
    if slashes and "/" not in scheme:
        host, _, path = after.partition("/")
        return host, f"/{path}"
    if rest.startswith("//"):
        host, _, path = rest[2:].partition("/")
        return host, f"/{path}"
    return "", rest


def _tags(query: str) -> tuple[dict[str, str], str]:
    """The known parameters (the last that is not blank wins) and the name of the first click id."""
    tags: dict[str, str] = {}
    click_id = ""
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key in _TAGS:
            if text := unquote_plus(value).strip():
                tags[key] = text
        elif not click_id and value and (name := key.lower()) in CLICK_IDS:
            click_id = name
    return tags, click_id


def _international(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _encodable(text: str) -> str:
    """Text without lone surrogates, which no encoder downstream would take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
