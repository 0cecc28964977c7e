"""What stands where, as a JSON file that is there exactly while the stack runs."""

from pathlib import Path

import msgspec


class Endpoints(msgspec.Struct, frozen=True):
    """URLs, and a key that reads the demo site."""

    collector: str
    query_api: str
    dashboard: str
    """Opens signed in: site and key ride behind the address."""
    kafka: str
    redis: str
    postgres: str
    clickhouse: str
    api_key: str
    site: str


def write(path: Path, endpoints: Endpoints) -> None:
    """Replace the file; only its owner may read it, for the key."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(endpoints), indent=2))
    fresh.replace(path)


def read(path: Path) -> Endpoints | None:
    """What the file says; None where nothing runs."""
    return msgspec.json.decode(path.read_bytes(), type=Endpoints) if path.exists() else None
