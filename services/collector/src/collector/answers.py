"""HTTP answers of the collector, built once: ASGI messages in the shapes of the APIs that were called."""

from math import ceil
from typing import Any

import msgspec
from runtime.punctual import Late
from starlette.types import Send

from collector import metrics

RETRY_AFTER_S = 5
_JSON = (b"content-type", b"application/json; charset=utf-8")
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_CORS = (b"access-control-allow-origin", b"*")
_TOLD_TO_PAGES = (b"access-control-expose-headers", b"retry-after")


class Answer(msgspec.Struct, frozen=True):
    """The two ASGI messages of an answer."""

    start: dict[str, Any]
    body: dict[str, Any]

    async def __call__(self, send: Send) -> None:
        """Send it."""
        await send(self.start)
        await send(self.body)


def answer(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer that every origin may read."""
    lines = [_CORS, (b"content-length", str(len(body)).encode()), *headers]
    return Answer(
        {"type": "http.response.start", "status": status, "headers": lines},
        {"type": "http.response.body", "body": body},
    )


def json_answer(status: int, value: Any, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer of JSON; what is refused or unavailable is counted."""
    if 400 <= status < 500:  # noqa: PLR2004  the class of client errors
        metrics.REFUSED.labels(str(status)).inc()
    return answer(status, msgspec.json.encode(value), _JSON, *headers)


def dropped(count: int) -> Answer:
    """Plausible's `ok` for beacons of which so many were filtered."""
    return answer(202, b"ok", _TEXT, (b"x-plausible-dropped", str(count).encode()))


def unavailable(reason: str) -> Answer:
    """503: come again."""
    metrics.UNAVAILABLE.labels(reason).inc()
    return _come_again(503, "temporarily unavailable", RETRY_AFTER_S)


def shed(reason: str, wait_s: float) -> Answer:
    """429: more than one address or one site may send; come again when there is room."""
    metrics.SHED.labels(reason).inc()
    return _come_again(429, "too many requests", max(1, ceil(wait_s)))


def late(within_s: float) -> Late:
    """408 for a request that was not whole in time, whichever API it was meant for."""
    body = msgspec.json.encode({"errors": {"request": [f"should arrive within {within_s:g} s"]}})
    lines = (*answer(408, body, _JSON).start["headers"], (b"connection", b"close"))
    head = b"".join(b"%s: %s\r\n" % line for line in lines)
    wire = b"HTTP/1.1 408 Request Timeout\r\n" + head + b"\r\n" + body
    return Late(within_s, wire, metrics.REFUSED.labels("408").inc)


def _come_again(status: int, error: str, after_s: int) -> Answer:
    return json_answer(status, {"error": error}, (b"retry-after", str(after_s).encode()), _TOLD_TO_PAGES)


OK = answer(202, b"ok", _TEXT)
PREFLIGHT = answer(
    204,
    b"",
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"86400"),
)
