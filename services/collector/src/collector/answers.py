"""HTTP answers of the collector, built once: ASGI messages in the shapes of the APIs that were called."""

from math import ceil
from typing import Any

import msgspec
from starlette.types import Send

from collector import metrics

RETRY_AFTER_S = 5
_JSON = (b"content-type", b"application/json; charset=utf-8")
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_CORS = (b"access-control-allow-origin", b"*")


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
    return json_answer(503, {"error": "temporarily unavailable"}, (b"retry-after", str(RETRY_AFTER_S).encode()))


def shed(reason: str, wait_s: float) -> Answer:
    """429: more than one address or one site may send; come again when there is room."""
    metrics.SHED.labels(reason).inc()
    return json_answer(429, {"error": "too many requests"}, (b"retry-after", str(max(1, ceil(wait_s))).encode()))


OK = answer(202, b"ok", _TEXT)
PREFLIGHT = answer(
    204,
    b"",
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"86400"),
)
