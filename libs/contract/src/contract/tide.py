"""A tide: the secrets of one UTC day. They are made ahead, live in memory, and are gone 48 hours after the day."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from contract.limits import SECRET_LIFE_AFTER_DAY_S

REDIS_TIDE_KEY = "tideline:tide:{day}"
"""Redis string, one a UTC day (ISO date): a `Tide` as msgpack, written with NX and EXAT."""

REDIS_ROUTING_KEY = "tideline:routing:{month}"
"""Redis string, one a UTC month (YYYY-MM): 16 random bytes, written with NX and EXAT."""


class Tide(msgspec.Struct, frozen=True):
    """The salt and the envelope key of one UTC day."""

    day: str
    """ISO date, UTC."""
    salt: bytes
    """16 random bytes."""
    key_id: bytes
    """16 random bytes that name the key in the clear part of an envelope."""
    key: bytes
    """32 random bytes, AES-256."""


def day_of(unix_ms: int) -> str:
    """The ISO date, UTC, of a time in Unix milliseconds."""
    return datetime.fromtimestamp(unix_ms // 1000, UTC).date().isoformat()


def month_of(unix_ms: int) -> str:
    """The month, UTC, as YYYY-MM, of a time in Unix milliseconds."""
    return day_of(unix_ms)[:7]


def day_expires_at(day: str) -> int:
    """Unix seconds at which the secrets of that day must be gone: 48 hours after the day's end."""
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    return int(end.timestamp()) + SECRET_LIFE_AFTER_DAY_S


def month_expires_at(month: str) -> int:
    """Unix seconds at which a month's routing secret must be gone: 48 hours after the month's end."""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return day_expires_at(last.isoformat())
