"""A program's process: started in a session of its own with its output in a log file, watched, stopped in order."""

import os
import subprocess
import time
from collections import deque
from pathlib import Path

from local_stack.leash import leashed
from local_stack.program import Program

_PROBE_PAUSE_S = 0.05


class StartError(Exception):
    """A program ended, or did not answer in time; the message holds the end of its log."""


class Child:
    """One process of a program. A session of its own keeps a terminal's Ctrl-C from reaching it out of order."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it lives, else None."""
        return self._process.pid if self._process is not None and self.exit_code() is None else None

    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended it), None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Prepare and start the process; returns at once. Raises OSError or what the preparation raises."""
        self.program.prepare()
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        command = leashed(self.program.command, self.program.stop_signal, unprivileged=self.program.unprivileged)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **self.program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_ready(self, timeout_s: float = 60.0) -> None:
        """Return once the program answers its probe. Raises StartError where it ends or is too slow."""
        deadline = time.monotonic() + timeout_s
        while True:
            if (code := self.exit_code()) is not None:
                raise StartError(f"{self.program.name} ended with {code}:\n{self.log_tail()}")
            problem = self.problem()
            if problem is None:
                return
            if time.monotonic() > deadline:
                raise StartError(
                    f"{self.program.name} does not answer after {timeout_s:.0f} s ({problem}):\n{self.log_tail()}"
                )
            time.sleep(_PROBE_PAUSE_S)

    def problem(self) -> str | None:
        """Why the program's probe fails just now; None where it answers."""
        try:
            self.program.probe()
        except Exception as error:  # noqa: BLE001  whatever keeps a program from answering is the answer
            return f"{type(error).__name__}: {error}".strip()
        return None

    def stop(self, timeout_s: float = 15.0) -> None:
        """Ask the process to end and wait; kill it after the timeout. Safe on one that has ended."""
        if self._process is None:
            return
        if self.exit_code() is None:
            self._process.send_signal(self.program.stop_signal)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log, empty where there is none."""
        try:
            with self.log_path.open(errors="replace") as log:
                return "".join(deque(log, lines)).rstrip()
        except FileNotFoundError:
            return ""
