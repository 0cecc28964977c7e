"""What runs under which id: the same id twice at once is refused, and `KILL QUERY … SYNC` waits for its end."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.clickhouse_front.failures import ALREADY_RUNNING, EngineError

_KILL = re.compile(
    r"\s*KILL\s+QUERY\s+WHERE\s+query_id\s*=\s*'((?:[^'\\]|\\.)*)'\s*(?:SYNC|ASYNC)?\s*;?\s*\Z", re.IGNORECASE
)


class Running:
    """The ids of statements that have not ended."""

    def __init__(self) -> None:
        self._ends: dict[str, asyncio.Event] = {}

    @contextmanager
    def under(self, query_id: str) -> Iterator[None]:
        """Hold the id meanwhile. Raises EngineError (216) where it is held."""
        if query_id in self._ends:
            raise EngineError(f"Query with id = {query_id} is already running.", ALREADY_RUNNING)
        end = self._ends[query_id] = asyncio.Event()
        try:
            yield
        finally:
            del self._ends[query_id]
            end.set()

    async def ended(self, query_id: str) -> None:
        """Return once nothing runs under the id: the engine cannot kill, but who asks may then go on."""
        while (end := self._ends.get(query_id)) is not None:
            await end.wait()


def killed_id(text: str) -> str | None:
    """The id that a `KILL QUERY WHERE query_id = '…'` names; None for any other statement."""
    found = _KILL.match(text)
    return found[1] if found else None
