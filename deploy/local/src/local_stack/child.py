"""A program's process: started in a session of its own with its output in a log file, watched, stopped in order."""

import os
import subprocess
import time
from collections import deque
from pathlib import Path

from local_stack.leash import leashed
from local_stack.program import Program

PROBE_PAUSE_S = 0.1
READY_TIMEOUT_S = 60.0
_TAIL_BYTES = 16_384


class StartError(Exception):
    """A program ended, or did not answer in time; the message holds the end of its log."""


class Child:
    """One process of a program. A session of its own keeps a terminal's Ctrl-C from reaching it out of order."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self.started_s = 0.0
        """When it was spawned, on the monotonic clock."""
        self.ready = False
        """True once it has answered its probe in this life."""
        self._log_begin = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it lives, else None."""
        return self._process.pid if self._process is not None and self.exit_code() is None else None

    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended it), None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def prepare(self) -> None:
        """What the program wants done before each start; may take seconds. Raises what it raises."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.program.prepare()

    def spawn(self) -> None:
        """Start the process and return at once. To be called from a thread that lasts: its end is the child's end."""
        command = leashed(self.program.command, self.program.stop_signal, unprivileged=self.program.unprivileged)
        self.ready = False
        with self.log_path.open("ab") as log:
            self._log_begin = log.tell()
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **self.program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_s = time.monotonic()

    def is_ready(self, timeout_s: float = READY_TIMEOUT_S) -> bool:
        """True once the program answers its probe. Raises StartError where it ends, or is slower than the timeout."""
        if (code := self.exit_code()) is not None:
            raise StartError(f"{self.program.name} ended with {code}:\n{self.log_tail()}")
        problem = self.problem()
        if problem is not None and time.monotonic() - self.started_s > timeout_s:
            raise StartError(
                f"{self.program.name} does not answer after {timeout_s:.0f} s ({problem}):\n{self.log_tail()}"
            )
        self.ready = problem is None
        return self.ready

    def start(self) -> None:
        """Prepare, spawn and wait until the program answers. Raises StartError, or what the preparation raises."""
        self.prepare()
        self.spawn()
        while not self.is_ready():
            time.sleep(PROBE_PAUSE_S)

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
        """The last lines that this life has logged, empty where there are none."""
        try:
            with self.log_path.open("rb") as log:
                log.seek(max(self._log_begin, self.log_path.stat().st_size - _TAIL_BYTES))
                return b"".join(deque(log, lines)).decode(errors="replace").rstrip()
        except FileNotFoundError:
            return ""
