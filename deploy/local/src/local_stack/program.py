"""A program that the stack runs: how it is started, how one knows that it answers, how it is asked to stop."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Probe = Callable[[], None]
"""Returns where the program answers in its own protocol; raises with the reason where it does not. Blocks, briefly."""


def nothing() -> None:
    """A preparation that has nothing to do, or a probe of what needs none."""


@dataclass(frozen=True)
class Program:
    """One child process. `prepare` runs before each start and may be repeated (formatting, initdb)."""

    name: str
    command: tuple[str, ...]
    probe: Probe = nothing
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = nothing
    stop_signal: signal.Signals = signal.SIGTERM
    unprivileged: bool = False
    """Refuses to run as root, so it is run as `nobody` where we are root."""
    ports: tuple[int, ...] = ()
    most_pause_s: float = 30.0
    """Before it is started again, however often it has died."""


@dataclass(frozen=True)
class Engine:
    """An engine as its clients see it: the program behind it and the URL that they are given."""

    program: Program
    url: str
