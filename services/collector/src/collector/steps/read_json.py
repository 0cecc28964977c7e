"""JSON of unknown origin: bytes in, a value of the wanted shape out; every way to be malformed is one refusal."""

from typing import Any, TypeVar

import msgspec

from collector.steps.refusal import RefusedError

S = TypeVar("S", bound=msgspec.Struct)
_read_any = msgspec.json.Decoder(Any).decode
_MALFORMED = (msgspec.MsgspecError, UnicodeError, RecursionError)


def read_object(decoder: msgspec.json.Decoder[S], body: bytes) -> S:
    """The struct in a body. Raises RefusedError on `request` where it is no JSON object."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise RefusedError("request", "must be a JSON object") from None
    except _MALFORMED:
        raise RefusedError("request", "is not valid JSON") from None


def object_or_text_of_one(value: Any) -> dict[str, Any]:
    """A JSON object, or the JSON text of one; anything else counts as an empty one."""
    if isinstance(value, str):
        try:
            value = _read_any(value)
        except _MALFORMED:
            return {}
    return value if isinstance(value, dict) else {}
