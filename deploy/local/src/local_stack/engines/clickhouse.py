"""ClickHouse's engine (chDB) in one process behind ClickHouse's HTTP interface."""

import sys
from pathlib import Path

from local_stack import probes
from local_stack.program import Engine, Program

_DATABASE = "default"


def clickhouse(port: int, folder: Path) -> Engine:
    """The engine on that port of loopback, its tables in `folder`."""
    return Engine(
        Program(
            name="clickhouse",
            command=(
                sys.executable,
                *("-m", "local_stack.clickhouse_front", "--path", str(folder), "--port", str(port)),
            ),
            probe=probes.http_ok(port, "/ping"),
            prepare=lambda: folder.parent.mkdir(parents=True, exist_ok=True),
            ports=(port,),
        ),
        url=f"http://default:@127.0.0.1:{port}/{_DATABASE}",
    )
