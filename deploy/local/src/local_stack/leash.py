"""Command lines that bind a child to its parent's life, and take root's rights from one that refuses them."""

import os
import pwd
import re
import shutil
import signal
import sys
from pathlib import Path

_PASSES = {"dac_read_search": 2, "dac_override": 1}
"""Capabilities, by their number, that let one into folders closed to him; the narrower first (containers lack it)."""


def leashed(
    command: tuple[str, ...], end: signal.Signals = signal.SIGTERM, *, unprivileged: bool = False
) -> tuple[str, ...]:
    """The command, told by the kernel to `end` when its parent dies; `unprivileged` drops root, keeps a pass.

    Without util-linux' setpriv the command stays as it is: the pid file of the last run then finds what was left.
    """
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return command
    drop = _as_nobody(_capabilities()) if drops_root(unprivileged=unprivileged) else ()
    return (setpriv, f"--pdeathsig={end.name.removeprefix('SIG')}", *drop, "--", *command)


def drops_root(*, unprivileged: bool) -> bool:
    """True where we are root and the program must not be."""
    return unprivileged and os.geteuid() == 0


def nobody() -> tuple[int, int]:
    """User and group id of `nobody`, whose group has another name on every system."""
    found = pwd.getpwnam("nobody")
    return found.pw_uid, found.pw_gid


def _as_nobody(capabilities: int) -> tuple[str, ...]:
    """Options that make a program run as `nobody`, yet pass folders above the state that are closed to him."""
    user, group = nobody()
    identity = (f"--reuid={user}", f"--regid={group}", "--clear-groups")
    held = (name for name, bit in _PASSES.items() if capabilities >> bit & 1)
    if (name := next(held, None)) is None:
        return identity
    return (*identity, f"--inh-caps=-all,+{name}", f"--ambient-caps=-all,+{name}")


def _capabilities() -> int:
    """This process's effective capabilities, as the kernel's bits."""
    match = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(match[1], 16) if match else 0
