"""The front's parts. The engine starts first, since an answer needs it; it stops last, once the server has drained."""

from collections.abc import Sequence

from runtime.http import HttpServer
from runtime.lifecycle import Component

from local_stack.clickhouse_front.connection import Connection
from local_stack.clickhouse_front.engine import Engine, Pool, address
from local_stack.clickhouse_front.folder import FolderLock
from local_stack.clickhouse_front.intake import application
from local_stack.clickhouse_front.options import Options

DRAIN_S = 20.0
STOP_DEADLINE_S = 25.0


def wire(options: Options) -> Sequence[Component]:
    """Construct everything, in the order of start."""
    where = address(options.path, options.memory_mb)
    engine = Engine(
        FolderLock(options.path),
        Pool([Connection(where, f"read-{n}") for n in range(options.readers)], options.most_waiting),
        Pool([Connection(where, f"write-{n}") for n in range(options.writers)], options.most_waiting),
        options.database,
    )
    server = HttpServer(application(engine, options.user, options.password), options.host, options.port, DRAIN_S)
    return engine, server
