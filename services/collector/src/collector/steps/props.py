"""Custom properties: a JSON object in, at most 30 texts by name out (wire format of Plausible's events API)."""

from typing import Any

import msgspec
from contract.limits import MAX_PROP_KEY_BYTES, MAX_PROP_VALUE_BYTES, MAX_PROPS

from collector.steps.refusal import RefusedError


def read_props(given: dict[str, Any], field: str = "props") -> dict[str, str]:
    """Blank, list and object values are dropped, the rest becomes text, the first 30 are kept.

    Raises RefusedError on `field` where a name or a value is too long.
    """
    found: dict[str, str] = {}
    for key, value in given.items():
        text = value if isinstance(value, str) else _text(value)
        if not text or text.isspace():
            continue
        if too_long(key, MAX_PROP_KEY_BYTES) or too_long(text, MAX_PROP_VALUE_BYTES):
            raise RefusedError(
                field,
                f"keys should have at most {MAX_PROP_KEY_BYTES} bytes and values {MAX_PROP_VALUE_BYTES}",
            )
        found[key] = text
        if len(found) == MAX_PROPS:
            break
    return found


def too_long(text: str, limit_bytes: int) -> bool:
    """Whether a text takes more than so many bytes of UTF-8."""
    return len(text) > limit_bytes or (len(text) * 4 > limit_bytes and len(text.encode()) > limit_bytes)


def _text(value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    return msgspec.json.encode(value).decode()
