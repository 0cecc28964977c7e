"""What the endpoints read of a request: an ASGI scope and its body in; a sender, bytes and a bearer key out."""

from contract.limits import MAX_BODY_BYTES
from starlette.types import Receive, Scope

from collector.draft import Sender
from collector.steps.client_address import TrustedProxies, client_address

_MAX_USER_AGENT_CHARS = 1_000
_BEARER = b"bearer "


class TooLargeError(Exception):
    """The body passes 64 KiB."""


class GoneError(Exception):
    """The client left before its body was complete."""


async def read_body(receive: Receive) -> bytes:
    """The whole body; reading ends where it passes the limit. Raises TooLargeError or GoneError."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise GoneError
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _within_limit(body)
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise TooLargeError
    return _within_limit(b"".join(chunks))


def _within_limit(body: bytes) -> bytes:
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError
    return body


def read_sender(scope: Scope, proxies: TrustedProxies) -> Sender:
    """Address, user agent and the wish not to be counted."""
    headers = dict(scope["headers"])
    forwarded: list[bytes] = []
    if b"x-forwarded-for" in headers:
        # a dictionary keeps one line of several
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    peer = scope["client"]
    return Sender(
        client_address(peer[0] if peer else "", forwarded, proxies),
        headers.get(b"user-agent", b"")[:_MAX_USER_AGENT_CHARS].decode("latin-1"),
        headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1",
    )


def read_bearer(scope: Scope) -> str | None:
    """The key in `Authorization: Bearer`; None where there is none."""
    value: bytes = dict(scope["headers"]).get(b"authorization", b"")
    if value[: len(_BEARER)].lower() != _BEARER:
        return None
    return value[len(_BEARER) :].strip().decode("latin-1")
