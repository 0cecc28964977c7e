"""The keys that envelopes were sealed with, as far as Redis still has them: id to key."""

from datetime import UTC, datetime, timedelta
from typing import cast

import msgspec
from contract.limits import SECRET_LIFE_AFTER_DAY_S
from contract.tide import REDIS_TIDE_KEY, Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tides.store import redis_client

_DAYS_BACK = SECRET_LIFE_AFTER_DAY_S // 86_400 + 1
_tide = msgspec.msgpack.Decoder(Tide).decode


async def day_keys(redis_url: str, now: datetime | None = None) -> dict[bytes, AESGCM]:
    """The keys of today and of the days whose secrets still live. Raises one of tides.store.STORE_ERRORS."""
    today = (now or datetime.now(UTC)).date()
    names = [REDIS_TIDE_KEY.format(day=today - timedelta(days=back)) for back in range(-1, _DAYS_BACK + 1)]
    client = redis_client(redis_url)
    try:
        raw = cast("list[bytes | None]", await client.mget(names))
    finally:
        await client.aclose()
    found = [_tide(tide) for tide in raw if tide is not None]
    return {tide.key_id: AESGCM(tide.key) for tide in found}
