"""Plausible's events API: the body of `POST /api/event` in, a draft out. No I/O, no clock.

Short and long names as Plausible's sources and documentation have them; where the two differ, the documentation.
"""

from typing import Any

import msgspec
from contract.event import ENGAGEMENT
from contract.limits import MAX_AGE_MS, MAX_NAME_CHARS, MAX_REFERRER_BYTES, MAX_URL_BYTES

from collector.draft import Draft
from collector.steps import numbers
from collector.steps.domains import read_domains
from collector.steps.props import read_props, too_long
from collector.steps.read_json import object_or_text_of_one, read_object
from collector.steps.refusal import RefusedError

_MAX_SCREEN_WIDTH = 65_535
_MAX_ATTEMPT_ID_BYTES = 64


class _Body(msgspec.Struct, gc=False):
    """Every field is Any, since what is of the wrong type is mostly ignored and never a reason to refuse the rest."""

    n: Any = None
    name: Any = None
    u: Any = None
    url: Any = None
    d: Any = None
    domain: Any = None
    r: Any = None
    referrer: Any = None
    m: Any = None
    meta: Any = None
    p: Any = None
    props: Any = None
    h: Any = None
    hash_mode: Any = msgspec.field(default=None, name="hashMode")
    dollar: Any = msgspec.field(default=None, name="$")
    revenue: Any = None
    i: Any = None
    interactive: Any = None
    e: Any = None
    sd: Any = None
    w: Any = None
    rid: Any = None
    rp: Any = None
    age: Any = None


_body = msgspec.json.Decoder(_Body)


def read_draft(body: bytes) -> Draft:
    """The draft in a body of JSON, whatever its content type says. Raises RefusedError."""
    said = read_object(_body, body)
    name = read_name(said.name if said.n is None else said.n, "event_name")
    url = read_url(said.url if said.u is None else said.u, "url")
    amount, currency = _read_revenue(said)
    engaged_ms = None if said.e is None else numbers.engagement_ms(said.e)
    depth = None if said.sd is None else numbers.scroll_depth(said.sd)
    if name == ENGAGEMENT and engaged_ms is None and depth is None:
        raise RefusedError("event_name", "engagement needs an engaged time or a scroll depth")
    return Draft(
        name,
        url,
        read_domains(said.domain if said.d is None else said.d, url),
        read_referrer(said.referrer if said.r is None else said.r),
        _read_props(said),
        amount,
        currency,
        (said.interactive if said.i is None else said.i) is not False,
        (said.hash_mode if said.h is None else said.h) in (1, "1"),
        engaged_ms,
        depth,
        _screen_width(said.w),
        _read_age_ms(said.age),
        attempt_id=_read_attempt_id(said.rid),
        repeat=said.rp is True,
    )


def _read_props(said: _Body) -> dict[str, str]:
    for given in (said.m, said.meta, said.p, said.props):
        if given is not None:
            return read_props(object_or_text_of_one(given))
    return {}


def _read_revenue(said: _Body) -> tuple[str, str]:
    given = said.dollar if said.revenue is None else said.revenue
    return ("", "") if given is None else numbers.revenue(object_or_text_of_one(given))


def read_name(value: Any, field: str) -> str:
    """An event's name, 1 to 120 characters; a whole number becomes text. Raises RefusedError on `field`."""
    if type(value) is int:
        value = str(value) if abs(value) < 10**MAX_NAME_CHARS else None
    if value is None or value == "":
        raise RefusedError(field, "can't be blank")
    if not isinstance(value, str):
        raise RefusedError(field, "must be a string")
    if value.isspace():
        raise RefusedError(field, "can't be blank")
    if len(value) > MAX_NAME_CHARS:
        raise RefusedError(field, f"should be at most {MAX_NAME_CHARS} character(s)")
    return value


def read_url(value: Any, field: str) -> str:
    """A page's URL of at most 2,000 bytes, not of the scheme `data:`. Raises RefusedError on `field`."""
    if value is None or value == "":
        raise RefusedError(field, "can't be blank")
    if not isinstance(value, str):
        raise RefusedError(field, "must be a string")
    if too_long(value, MAX_URL_BYTES):
        raise RefusedError(field, f"should be at most {MAX_URL_BYTES} byte(s)")
    if value.lstrip()[:5].lower() == "data:":
        raise RefusedError(field, "scheme is not allowed")
    return value


def read_referrer(value: Any) -> str:
    """A referrer cut to 2,000 bytes; anything but text counts as none."""
    if not isinstance(value, str):
        return ""
    if too_long(value, MAX_REFERRER_BYTES):
        return value.encode()[:MAX_REFERRER_BYTES].decode(errors="ignore")
    return value


def _screen_width(value: Any) -> int:
    found = numbers.whole(value) if value is not None else None
    return found if found is not None and 0 <= found <= _MAX_SCREEN_WIDTH else 0


def _read_attempt_id(value: Any) -> str:
    """The id of a first attempt; refused rather than ignored, since without it a beacon may count twice."""
    if value is None:
        return ""
    if not isinstance(value, str) or too_long(value, _MAX_ATTEMPT_ID_BYTES):
        raise RefusedError("rid", f"must be a string of at most {_MAX_ATTEMPT_ID_BYTES} byte(s)")
    return value


def _read_age_ms(value: Any) -> int:
    """How long ago it happened; refused rather than clamped, since it would count in the wrong hour."""
    found = 0 if value is None else numbers.whole(value)
    if found is None or not 0 <= found <= MAX_AGE_MS:
        raise RefusedError("age", f"must be whole milliseconds from 0 to {MAX_AGE_MS}")
    return found
