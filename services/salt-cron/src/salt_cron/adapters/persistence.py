"""Whether Redis writes to a disk: salts must not outlive the power there. CONFIG GET in, a refusal out."""

from typing import cast

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, ResponseError
from runtime import log

_log = log.get(__name__)


class PersistentRedisError(Exception):
    """Redis is set to keep its data on disk."""


async def refuse_persistence(client: Redis) -> None:
    """Raise PersistentRedisError where RDB or AOF is on; warn where the server does not let one ask."""
    try:
        found = cast("dict[str, str]", await client.config_get("save", "appendonly"))
    except (NoPermissionError, ResponseError):
        _log.warning(
            "redis_persistence_unknown", advice="set save to '' and appendonly to no: salts must not reach a disk"
        )
        return
    on = [name for name, off in (("save", ""), ("appendonly", "no")) if _text(found.get(name, off)) != off]
    if on:
        raise PersistentRedisError(
            f"Redis keeps its data on disk ({' and '.join(on)} are set), and salts must never lie there: "
            "start it with --save '' --appendonly no"
        )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
