"""Settings of the command line: the same four URLs that the services read."""

import os
from pathlib import Path

import msgspec
from contract.topics import DEFAULT_PARTITIONS
from runtime.settings import load

_TREE = Path(__file__).resolve().parents[4]


class Settings(msgspec.Struct, frozen=True):
    """Where the engines stand, and where the schema's files lie."""

    kafka_url: str
    redis_url: str
    postgres_url: str
    clickhouse_url: str
    schema_dir: str = str(_TREE)
    """Holds `postgres/migrations`, `clickhouse/migrations` and `clickhouse/views`."""
    partitions: int = DEFAULT_PARTITIONS
    """Partition count of topics that are made."""

    @property
    def schema(self) -> Path:
        """`schema_dir` as a path."""
        return Path(self.schema_dir)


def from_environment() -> Settings:
    """The process's environment as settings. Raises runtime.settings.SettingsError, naming the variable."""
    return load(Settings, os.environ)
