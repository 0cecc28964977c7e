"""Command line in, one frozen struct of options out."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Options(msgspec.Struct, frozen=True):
    """What one front serves, and how much it may take."""

    path: Path
    port: int
    host: str = "127.0.0.1"
    user: str = "default"
    password: str = ""
    database: str = ""
    """Created at start where it does not exist; empty creates none."""
    memory_mb: int = 2048
    """The engine's cap for everything together, MiB."""
    readers: int = 4
    writers: int = 2
    most_waiting: int = 64
    """Requests that may wait for a connection; those beyond it get 503."""


def read(arguments: Sequence[str]) -> Options:
    """The options that the arguments give; exits with a usage message where they are wrong."""
    parser = argparse.ArgumentParser("local_stack.clickhouse_front", description=__doc__)
    for field in msgspec.structs.fields(Options):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=field.type,
            required=field.required,
            default=None if field.required else field.default,
        )
    return Options(**vars(parser.parse_args(arguments)))
