"""One supervisor for one state folder: a lock that the kernel lets go of when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another supervisor holds this state; the message says which and what to do."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock inside the block. Raises AlreadyRunningError at once where somebody else does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunningError(
                f"The stack of {path.parent} is running already (pid {lock.read().strip() or 'unknown'})."
                " `make status` shows it; Ctrl-C in its terminal stops it."
                " A second one wants TIDELINE_STATE_DIR and TIDELINE_PORT_BASE of its own."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)
