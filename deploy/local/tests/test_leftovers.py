"""What a supervisor leaves on disk and in the process table: bounded logs, one lock, no orphans, private files."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest
from local_stack import endpoints, log_files, master_key, process_file, state_lock
from local_stack.child import Child
from local_stack.process_file import Running
from local_stack.program import Program

_SUPERVISOR = """
import sys, time
from pathlib import Path
from local_stack.child import Child
from local_stack.program import Program
child = Child(Program("orphan", ("sleep", "60")), Path(sys.argv[1]) / "log")
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", _SUPERVISOR, str(tmp_path)), stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        orphan = int(supervisor.stdout.readline())
        assert within(30, lambda: psutil.Process(orphan).name() == "sleep"), "until then it is being leashed"
        supervisor.kill()
    assert within(5, lambda: gone(orphan))


def test_a_process_that_was_left_over_is_ended_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    child = Child(Program("left", ("sleep", "60")), tmp_path / "log")
    child.start()
    process_file.write(file, [child])
    assert [left.name for left in process_file.end_leftovers(file, 2.0)] == ["left"]
    assert child.exit_code() is not None
    assert not file.exists()


def test_a_pid_that_somebody_else_has_by_now_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    stranger = Running("left", os.getpid(), psutil.Process().create_time() - 100, "log")
    file.write_bytes(msgspec.json.encode([stranger]))
    assert process_file.end_leftovers(file) == []


def test_half_a_process_file_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    file.write_text('[{"name": "kaf')
    assert process_file.read(file) == []


def test_a_second_supervisor_of_the_same_state_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    refused = pytest.raises(state_lock.AlreadyRunningError, match=f"pid {os.getpid()}")
    with state_lock.held(lock), refused, state_lock.held(lock):
        pass
    with state_lock.held(lock):
        pass


def test_an_overlong_log_is_put_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "name.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        log_files.bound(log, max_bytes=50)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "name.log.1").stat().st_size == 400


def test_a_short_or_missing_log_is_left_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "name.log"
    log_files.bound(log)
    log.write_text("short")
    log_files.bound(log)
    assert log.read_text() == "short"


def test_the_tail_of_a_log_is_that_of_the_last_life_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("first", "second"):
        child = Child(Program("talker", ("sh", "-c", f"echo {word}; exec sleep 60")), log)
        child.start()
        time.sleep(0.2)
        tail = child.log_tail()
        child.stop()
    assert log.read_text() == "first\nsecond\n"
    assert tail == "second"


def test_the_master_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "master.key"
    master_key.ensure(file)
    first = file.read_bytes()
    master_key.ensure(file)
    assert file.read_bytes() == first
    assert len(first) == 44
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_endpoints_file_holds_a_key_and_so_is_private(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    found = endpoints.Endpoints(**{name: name for name in endpoints.Endpoints.__struct_fields__})
    endpoints.write(file, found)
    assert msgspec.json.decode(file.read_bytes(), type=endpoints.Endpoints) == found
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
