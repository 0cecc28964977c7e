"""A console that outlives its terminal: once nobody reads it any more, it says nothing and stops nothing."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """Rich's console, which would otherwise end the process where its output is closed."""

    def on_broken_pipe(self) -> None:
        """Send everything from now on nowhere; also what Python flushes at its end."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
