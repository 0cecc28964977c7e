"""The running processes on disk: for `status`, and for a start after a supervisor that could not clean up."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from local_stack.child import Child

_GRACE_S = 10.0


class Running(msgspec.Struct, frozen=True):
    """One process. A pid alone may be somebody else's by now; with the time of its start it is not."""

    name: str
    pid: int
    created_s: float
    """Unix seconds, as the system has it."""
    log: str
    ports: tuple[int, ...] = ()

    def process(self) -> psutil.Process | None:
        """The process where it still runs, else None."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.created_s) < 1.0
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def write(path: Path, children: Sequence[Child]) -> None:
    """Replace the file by these children's processes."""
    found = [
        Running(child.program.name, pid, psutil.Process(pid).create_time(), str(child.log_path), child.program.ports)
        for child in children
        if (pid := child.pid) is not None and psutil.pid_exists(pid)
    ]
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(found))
    fresh.replace(path)


def read(path: Path) -> list[Running]:
    """The processes that the file names, empty where there is no file (or half a one)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Running])
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def end_leftovers(path: Path, grace_s: float = _GRACE_S) -> list[Running]:
    """End what a killed supervisor left running, kindly and then by force; what there was. Removes the file."""
    left = {running.name: process for running in read(path) if (process := running.process()) is not None}
    found = [running for running in read(path) if running.name in left]
    for process in left.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    deadline = time.monotonic() + grace_s
    for process in left.values():
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(grace_s)
    path.unlink(missing_ok=True)
    return found
