"""Numbers that arrive as numbers or as text: a JSON value in, a number or None out."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from contract.limits import MAX_ENGAGEMENT_MS

_CURRENCY = re.compile(r"[A-Z]{3}")
_MAX_AMOUNT_CHARS = 40
_MAX_DIGITS = 18
_FULL_SCROLL = 100


def whole(value: Any) -> int | None:
    """A whole number, or the text of one; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= _MAX_DIGITS:
        return int(value)
    return None


def engagement_ms(value: Any) -> int | None:
    """Engaged time in milliseconds, 0 to 30 days; None where missing or outside."""
    found = whole(value)
    return found if found is not None and 0 <= found < MAX_ENGAGEMENT_MS else None


def scroll_depth(value: Any) -> int | None:
    """Percent, 0 to 100, more counts as 100; None where missing or negative."""
    found = whole(value)
    return min(found, _FULL_SCROLL) if found is not None and found >= 0 else None


def revenue(given: dict[str, Any]) -> tuple[str, str]:
    """Amount as decimal text and ISO 4217 code of `{"currency", "amount"}`; two empty texts where either is invalid."""
    currency, amount = given.get("currency"), given.get("amount")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency.upper()) or isinstance(amount, bool):
        return "", ""
    text = str(amount)
    if not isinstance(amount, int | float | str) or len(text) > _MAX_AMOUNT_CHARS:
        return "", ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "", ""
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return "", ""
    return f"{number:f}", currency.upper()
