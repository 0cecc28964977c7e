"""A sink that kills itself with SIGKILL at a named step: `python -m services.sink.tests.dying_sink STEP COUNT`."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from runtime import lifecycle, settings
from sink.adapters.clickhouse import ClickHouseTable
from sink.adapters.kafka import KafkaJournal
from sink.settings import Settings
from sink.wiring import wire

STEPS: dict[str, tuple[type, str, bool]] = {
    "before_commit": (KafkaJournal, "commit", False),
    "after_commit": (KafkaJournal, "commit", True),
    "before_insert": (ClickHouseTable, "insert", False),
    "after_insert": (ClickHouseTable, "insert", True),
    "before_read_back": (ClickHouseTable, "held", False),
    "after_read_back": (ClickHouseTable, "held", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(step: str, count: int) -> None:
    """Die at the step's count-th call; `during_insert` dies while the request is on its way."""
    shape, name, after = STEPS["before_insert" if step == "during_insert" else step]
    original: Callable[..., Awaitable[Any]] = getattr(shape, name)
    calls = iter(range(1, 1_000_000))

    async def dying(self: object, *arguments: object) -> object:
        last = next(calls) == count
        if last and step == "during_insert":
            asyncio.get_running_loop().call_later(0.004, die)
        elif last and not after:
            die()
        result = await original(self, *arguments)
        if last:
            die()
        return result

    setattr(shape, name, dying)


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    lifecycle.main("sink", lambda: wire(settings.load(Settings, os.environ)))
