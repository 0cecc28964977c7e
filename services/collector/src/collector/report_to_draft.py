"""The tracking API: the body of `POST /api/v1/events` in, a draft out. No I/O; the time is an argument.

`user_id` and `timestamp` count only where a key of scope `write` vouches for them; `session_id` is read by nobody,
since sessions are made from visits.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from contract.event import ENGAGEMENT, PAGEVIEW
from contract.limits import MAX_AGE_MS

from collector.body_to_draft import read_name, read_referrer, read_url
from collector.draft import Draft
from collector.steps import numbers
from collector.steps.domains import read_domains
from collector.steps.props import read_props, too_long
from collector.steps.read_json import read_object
from collector.steps.refusal import RefusedError

_MAX_USER_ID_BYTES = 300
_NOT_PROPS = frozenset({"page_url", "referrer_url", "domain", "revenue", "interactive"})


class _Report(msgspec.Struct):
    event_type: Any = None
    user_id: Any = None
    session_id: Any = None
    timestamp: Any = None
    metadata: Any = None


_report = msgspec.json.Decoder(_Report)


def read_report(body: bytes, received_ms: int, attempt_id: str, *, vouched: bool) -> Draft:
    """The draft in a report; `vouched` says that a write key was shown. Raises RefusedError."""
    said = read_object(_report, body)
    name = read_name(said.event_type, "event_type")
    if name == ENGAGEMENT:
        raise RefusedError("event_type", "is reserved")
    metadata = said.metadata
    if not isinstance(metadata, dict):
        raise RefusedError("metadata", "must be an object")
    url = read_url(metadata.get("page_url"), "metadata.page_url")
    amount, currency = numbers.revenue(_object(metadata.get("revenue")))
    # read also where nobody vouches for them: a client learns of its mistake before it gets a key
    user_id, age_ms = _read_user_id(said.user_id), _read_age_ms(said.timestamp, received_ms)
    return Draft(
        name=PAGEVIEW if name == "page_view" else name,
        url=url,
        domains=read_domains(metadata.get("domain"), url, "metadata.domain"),
        referrer=read_referrer(metadata.get("referrer_url")),
        props=read_props({key: value for key, value in metadata.items() if key not in _NOT_PROPS}, "metadata"),
        revenue_amount=amount,
        revenue_currency=currency,
        interactive=metadata.get("interactive") is not False,
        age_ms=age_ms if vouched else 0,
        user_id=user_id if vouched else "",
        attempt_id=attempt_id,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _read_user_id(value: Any) -> str:
    text = str(value) if type(value) is int else value
    if text is None:
        return ""
    if not isinstance(text, str) or too_long(text, _MAX_USER_ID_BYTES):
        raise RefusedError("user_id", f"must be a string of at most {_MAX_USER_ID_BYTES} bytes")
    return text


def _read_age_ms(value: Any, received_ms: int) -> int:
    """How long ago, in milliseconds: 0 for the future, at most 48 hours."""
    if value is None:
        return 0
    happened_ms = _read_time_ms(value)
    if happened_ms is None:
        raise RefusedError("timestamp", "must be an ISO 8601 time, or Unix milliseconds")
    return min(max(received_ms - happened_ms, 0), MAX_AGE_MS)


def _read_time_ms(value: Any) -> int | None:
    if type(value) is int:
        return value
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
