"""What salt-cron is told: environment variables of these names in capitals, read once."""

from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read with `runtime.settings.load`."""

    redis_url: str
    postgres_url: str
    host: str = "127.0.0.1"
    port: int = 7205
    salt_mode: Literal["wrapped", "memory"] = "wrapped"
    """`wrapped` keeps secrets in Postgres under the master key; `memory` lets nothing outlive the power."""
    master_key_file: str = ""
    """A file with 32 bytes as base64url; wanted in mode `wrapped` unless MASTER_KEY is given."""
    master_key: str = ""
    grace_s: float = 60.0
    """How long holders have to put back a secret in use before a new one is made."""
    tick_s: float = 1.0
