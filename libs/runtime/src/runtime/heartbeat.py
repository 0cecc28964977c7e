"""A progress heartbeat: loops beat by name; one that has been silent for too long is stuck."""

import time
from collections.abc import Callable


class SilentError(Exception):
    """A loop has not moved for too long."""


class Heartbeat:
    """Beats of any number of loops, in seconds of a steady clock. Who waits or tries again must beat as well."""

    def __init__(self, most_silent_s: float, steady_s: Callable[[], float] = time.monotonic) -> None:
        self._most_silent_s = most_silent_s
        self._steady_s = steady_s
        self._beaten_s: dict[str, float] = {}

    def beat(self, name: str) -> None:
        """The loop of that name moves."""
        self._beaten_s[name] = self._steady_s()

    def forget(self, name: str) -> None:
        """The loop of that name has ended, and owes no more beats."""
        self._beaten_s.pop(name, None)

    async def check(self) -> None:
        """A health check. Raises SilentError, which names those that are stuck."""
        now_s = self._steady_s()
        silent = [name for name, beaten_s in self._beaten_s.items() if now_s - beaten_s > self._most_silent_s]
        if silent:
            raise SilentError(f"no move within {self._most_silent_s:.0f} s: {', '.join(sorted(silent))}")
