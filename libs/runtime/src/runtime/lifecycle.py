"""The life of a process: start components in order, wait for a signal or a failure, stop them in reverse."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import uvloop

from runtime import log

_log = log.get(__name__)

_YOUNG_OBJECTS = 50_000
"""Open requests and decoded envelopes are many young objects and no garbage: looked at at every 700, as is the default,
they cost up to a quarter of a service's time."""


class Component(Protocol):
    """A part with a life of its own."""

    def start(self) -> Coroutine[Any, Any, None]:
        """Return when the part is ready; raise to give the whole process up."""

    async def stop(self) -> None:
        """Stop intake, drain, flush, close; safe to call on a part that has failed."""

    async def failed(self) -> None:
        """Return only by raising, when the part can go on no longer; never for a part that cannot fail."""


def main(service: str, wire: Callable[[], Sequence[Component]], stop_deadline_s: float = 10.0) -> None:
    """Run the components that `wire` constructs inside the event loop; exits non-zero if one fails."""
    log.configure(service)
    uvloop.run(_serve(wire, stop_deadline_s))


async def _serve(wire: Callable[[], Sequence[Component]], stop_deadline_s: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    started: list[Component] = []
    try:
        components = wire()
        # what the imports and the wiring made lives as long as the process
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
        for component in components:
            started.append(component)
            if not await _unless_stopped(component.start(), stop):
                return
        _log.info("started")
        await _wait(started, stop)
    finally:
        await _stop_all(started, stop_deadline_s)
    _log.info("stopped")


async def _unless_stopped(starting: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    task = asyncio.create_task(starting)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not task.done():
        task.cancel()
        return False
    task.result()
    return True


async def _wait(components: Sequence[Component], stop: asyncio.Event) -> None:
    """Return on a signal; raise what the first failing component raised."""
    tasks = [asyncio.create_task(c.failed()) for c in components]
    stopping = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait((*tasks, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


async def _stop_all(started: Sequence[Component], deadline_s: float) -> None:
    for component in reversed(started):
        try:
            await asyncio.wait_for(component.stop(), deadline_s)
        except Exception:  # noqa: BLE001  the others must still be stopped
            _log.exception("stop_failed", component=type(component).__name__)


async def forever() -> None:
    """The `failed` of a part that cannot fail."""
    await asyncio.Event().wait()
