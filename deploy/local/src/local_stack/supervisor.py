"""Keeps programs running: starts groups in order, restarts what dies, stops everything in reverse."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local_stack import log_files
from local_stack.backoff import Backoff
from local_stack.child import PROBE_PAUSE_S, Child, StartError
from local_stack.program import Program

Tell = Callable[[str], None]
"""Takes a line for whoever watches."""
Changed = Callable[[Sequence[Child]], None]
"""Told of all children after each start of one."""

_WATCH_PAUSE_S = 0.1
_LOG_CHECK_PAUSE_S = 5.0


class Supervisor:
    """All children of one stack. Call it from one event loop only, in the process's main thread."""

    def __init__(self, log_folder: Path, tell: Tell, changed: Changed = lambda _: None) -> None:
        self._log_folder = log_folder
        self._tell = tell
        self._changed = changed
        self._groups: list[list[Child]] = []
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def children(self) -> list[Child]:
        """Every child in the order of start."""
        return [child for group in self._groups for child in group]

    async def start_group(self, programs: Sequence[Program]) -> None:
        """Start the programs side by side and keep them running. Raises StartError of the first that fails."""
        group = [Child(program, self._log_folder / f"{program.name}.log") for program in programs]
        self._groups.append(group)
        if not self._keepers:
            self._keepers.append(asyncio.create_task(self._bound_logs()))
        try:
            async with asyncio.TaskGroup() as starting:
                for child in group:
                    starting.create_task(self._start(child))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        self._keepers += [asyncio.create_task(self._keep(child)) for child in group]

    def keep_trying(self, programs: Sequence[Program]) -> None:
        """Start programs that nothing waits for; one that fails is told of and tried again."""
        group = [Child(program, self._log_folder / f"{program.name}.log") for program in programs]
        self._groups.append(group)
        self._keepers += [asyncio.create_task(self._keep_new(child)) for child in group]

    async def missing_after(self, timeout_s: float) -> list[str]:
        """Wait until every child has answered since it was last started; the names of those that did not in time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_until(lambda: all(child.ready for child in self.children)), timeout_s)
        return [child.program.name for child in self.children if not child.ready]

    async def stop(self) -> None:
        """Stop the groups in reverse order, the children of one side by side. Nothing is restarted any more."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for group in reversed(self._groups):
            await asyncio.gather(*(asyncio.to_thread(child.stop) for child in group))

    async def _start(self, child: Child) -> None:
        await asyncio.to_thread(child.prepare)
        child.spawn()
        self._changed(self.children)
        ready = False
        while not ready:
            await asyncio.sleep(PROBE_PAUSE_S)
            ready = await asyncio.to_thread(child.is_ready)
        self._tell(f"{child.program.name} is ready ({time.monotonic() - child.started_s:.1f} s)")

    async def _keep(self, child: Child, trouble: str | None = None) -> None:
        """Start the child again after each death, with a pause that grows; `trouble` says why it is not running."""
        backoff, told = Backoff(most_s=child.program.most_pause_s), ""
        while True:
            if trouble is None:
                trouble = await _ended(child)
            pause_s = backoff.pause_s(time.monotonic() - child.started_s)
            when = f"in {pause_s:.0f} s" if pause_s else "now"
            seen, told = told, trouble
            what = f"{child.program.name}: the same again" if trouble == seen else trouble
            self._tell(f"{what}\n{child.program.name} is started again {when}")
            await asyncio.sleep(pause_s)
            trouble = await self._trouble_of_starting(child)

    async def _keep_new(self, child: Child) -> None:
        await self._keep(child, await self._trouble_of_starting(child))

    async def _trouble_of_starting(self, child: Child) -> str | None:
        try:
            await self._start(child)
        except (StartError, OSError, RuntimeError) as error:
            if child.pid is None:
                return str(error)
            self._tell(f"{error}\n{child.program.name} is given more time")
        return None

    async def _bound_logs(self) -> None:
        while True:
            await asyncio.sleep(_LOG_CHECK_PAUSE_S)
            for child in self.children:
                await asyncio.to_thread(log_files.bound, child.log_path)


async def _ended(child: Child) -> str:
    """Wait for the child's end; how it ended, with the end of its log."""
    await _until(lambda: child.exit_code() is not None)
    code = child.exit_code() or 0
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    return f"{child.program.name} {how}; the end of {child.log_path}:\n{child.log_tail()}"


async def _until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110  neither a process's end nor its answer sets an event
        await asyncio.sleep(_WATCH_PAUSE_S)
