"""Command lines that bind a child to its parent's life, and take root's rights from one that refuses them."""

import os
import shutil
import signal
import sys

_NOBODY = ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
# folders above the state may be closed to `nobody` (a home, a temporary folder): let it pass, not write
_MAY_PASS = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")


def leashed(
    command: tuple[str, ...], end: signal.Signals = signal.SIGTERM, *, unprivileged: bool = False
) -> tuple[str, ...]:
    """The command, told by the kernel to `end` when its parent dies; `unprivileged` drops root, keeps search rights.

    Without util-linux' setpriv the command stays as it is: the pid file of the last run then finds what was left.
    """
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return command
    drop = (*_NOBODY, *_MAY_PASS) if drops_root(unprivileged=unprivileged) else ()
    return (setpriv, f"--pdeathsig={end.name.removeprefix('SIG')}", *drop, "--", *command)


def drops_root(*, unprivileged: bool) -> bool:
    """True where we are root and the program must not be."""
    return unprivileged and os.geteuid() == 0
