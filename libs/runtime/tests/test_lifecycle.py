"""The life of a process: order of start and stop, signals, failures."""

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import asyncio, sys
from runtime.lifecycle import main, forever

class Part:
    def __init__(self, name, fails=False, fails_to_stop=False):
        self.name, self.fails, self.fails_to_stop = name, fails, fails_to_stop
    async def start(self):
        print("start", self.name, flush=True)
    async def stop(self):
        print("stop", self.name, flush=True)
        if self.fails_to_stop:
            raise RuntimeError("stuck")
    async def failed(self):
        if self.fails:
            raise RuntimeError(f"{self.name} broke")
        await forever()

main("test", lambda: [%s])
"""


def start(parts: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM % parts], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def lines_until_started(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if '"started"' in process.stderr.readline():
            return
    raise AssertionError("it never started")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_parts_in_reverse_and_exits_cleanly(number):
    process = start('Part("a"), Part("b")')
    lines_until_started(process)
    process.send_signal(number)
    out, _ = process.communicate(timeout=10)
    assert out.split("\n")[:-1] == ["start a", "start b", "stop b", "stop a"]
    assert process.returncode == 0


def test_a_part_that_fails_ends_the_process_non_zero_after_the_others_are_stopped():
    process = start('Part("a"), Part("b", fails=True)')
    out, err = process.communicate(timeout=30)
    assert out.endswith("stop b\nstop a\n")
    assert "b broke" in err
    assert process.returncode != 0


def test_a_part_that_cannot_be_stopped_does_not_keep_the_others_from_it():
    process = start('Part("a"), Part("b", fails_to_stop=True)')
    lines_until_started(process)
    process.terminate()
    out, err = process.communicate(timeout=10)
    assert out.endswith("stop b\nstop a\n")
    assert "stop_failed" in err
