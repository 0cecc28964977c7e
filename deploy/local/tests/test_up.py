"""`up` as a whole, on ports and in a folder of its own: what it promises while it runs, and what it leaves behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from local_stack import ports, probes, process_file
from local_stack.places import checkout_state

pytestmark = pytest.mark.engines

_START_TIMEOUT_S = 120.0


class Stack:
    """A running `python -m local_stack up` and its state."""

    def __init__(self, state: Path, base: int) -> None:
        self.state, self.base = state, base
        self.output = state.with_suffix(".out")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TIDELINE_STATE_DIR": str(self.state),
            "TIDELINE_PORT_BASE": str(self.base),
            "TIDELINE_DEMO": "false",
        }

    def start(self) -> None:
        began_s = time.time()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "local_stack", "up"),
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        wait_for(lambda: self.is_announced_since(began_s), _START_TIMEOUT_S, self.told)

    def is_announced_since(self, unix_s: float) -> bool:
        return self.endpoints_file.exists() and self.endpoints_file.stat().st_mtime >= unix_s

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-m", "local_stack", *words),
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def endpoints_file(self) -> Path:
        return self.state / "endpoints.json"

    def endpoints(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.endpoints_file.read_text())
        return found

    def pid_of(self, name: str) -> int | None:
        running = {found.name: found for found in process_file.read(self.state / "processes.json")}
        return running[name].pid if name in running and running[name].process() else None

    def told(self) -> str:
        return self.output.read_text()


def wait_for(happened: Callable[[], bool], timeout_s: float, told: Callable[[], str]) -> float:
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < timeout_s, told()
        time.sleep(0.05)
    return time.monotonic() - began


def answers(probe: Callable[[], None]) -> bool:
    try:
        probe()
    except (OSError, probes.NotReadyError):
        return False
    return True


def crowd() -> float:
    """How many processes want each core just now, at least one: a promise in seconds is one of a core of our own."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def free_base() -> int:
    bases = random.sample(range(20_000, 31_000, 100), 100)
    return next(base for base in bases if not any(ports.is_taken(base + n) for n in (1, 2, 23, 32, 79, 92)))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state = tmp_path_factory.mktemp("up") / "state"
    state.mkdir()
    cache = checkout_state({}) / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (state / "cache").symlink_to(cache)
    made = Stack(state, free_base())
    try:
        made.start()
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.stop()


def test_every_process_is_listed_and_healthy(stack: Stack) -> None:
    wait_for(lambda: stack.run("status").returncode == 0, 60, lambda: stack.run("status").stdout + stack.told())
    listed = stack.run("status").stdout
    for name in ("kafka", "redis", "postgres", "clickhouse", "collector", "enricher", "sink", "query-api"):
        line = next(line for line in listed.splitlines() if line.startswith(name + " "))
        assert " ok " in line
        assert "MiB" in line
        assert str(stack.pid_of(name)) in line


def test_the_endpoints_name_what_stands_where(stack: Stack) -> None:
    found = stack.endpoints()
    assert set(found) == {
        *("collector", "query_api", "dashboard", "kafka", "redis", "postgres", "clickhouse", "api_key", "site"),
    }
    assert httpx.get(f"{found['collector']}/health/live").status_code == 200
    assert httpx.get(found["dashboard"]).status_code == 200


def test_the_key_opens_the_demo_site(stack: Stack) -> None:
    found = stack.endpoints()
    answer = httpx.post(
        f"{found['query_api']}/api/v2/query",
        headers={"Authorization": f"Bearer {found['api_key']}"},
        json={"site_id": found["site"], "metrics": ["visitors"], "date_range": "7d"},
    )
    assert answer.status_code == 200, answer.text


def test_status_finds_the_ports_by_itself(stack: Stack) -> None:
    elsewhere = subprocess.run(
        (sys.executable, "-m", "local_stack", "status"),
        check=False,
        env=os.environ | {"TIDELINE_STATE_DIR": str(stack.state)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert str(stack.base + 1) in elsewhere.stdout
    assert "traffic" not in elsewhere.stdout


def test_a_second_up_in_the_same_state_is_refused(stack: Stack) -> None:
    refused = stack.run("up")
    assert refused.returncode == 1
    assert "running already" in refused.stderr


def test_taken_ports_are_named_before_anything_starts(stack: Stack, tmp_path: Path) -> None:
    other = Stack(tmp_path / "state", stack.base)
    other.state.mkdir()
    (other.state / "cache").symlink_to(stack.state / "cache")
    refused = other.run("up")
    assert refused.returncode == 1
    assert f"port {stack.base + 92} is needed by kafka" in refused.stderr
    assert not (other.state / "engines").exists()


def test_a_killed_broker_is_back_within_five_seconds(stack: Stack) -> None:
    pid = stack.pid_of("kafka")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    restarted_s = wait_for(lambda: stack.pid_of("kafka") not in {None, pid}, 5 * crowd(), stack.told)
    answered_s = wait_for(lambda: answers(probes.kafka(stack.base + 92)), 5 * crowd(), stack.told)
    assert restarted_s + answered_s < 5 * crowd()
    assert "kafka was ended by SIGKILL" in stack.told()


def test_a_killed_service_is_named_and_comes_back(stack: Stack) -> None:
    pid = stack.pid_of("query-api")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: answers(probes.http_ok(stack.base + 2, "/health/ready")), 30, stack.told)
    assert "query-api was ended by SIGKILL" in stack.told()


def test_a_killed_supervisor_leaves_nobody_who_blocks_the_next_start_which_keeps_site_and_key(stack: Stack) -> None:
    before = stack.endpoints()
    pids = [found.pid for found in process_file.read(stack.state / "processes.json")]
    assert stack.stop(signal.SIGKILL) == -signal.SIGKILL
    stack.start()
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)
    assert stack.endpoints() == before


def test_ctrl_c_stops_everything_and_leaves_only_the_state_folder(stack: Stack) -> None:
    pids = [found.pid for found in process_file.read(stack.state / "processes.json")]
    assert len(pids) >= 9
    assert stack.stop() == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not stack.endpoints_file.exists()
    assert "Nothing is running" in stack.run("status").stdout


def test_a_terminal_that_is_closed_stops_everything_as_well(stack: Stack) -> None:
    assert stack.process is not None
    if stack.process.poll() is None:
        stack.stop()
    began_s = time.time()
    with subprocess.Popen(
        (sys.executable, "-m", "local_stack", "up"),
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        wait_for(lambda: stack.pid_of("kafka") is not None, _START_TIMEOUT_S, str)
        process.stdout.close()
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert not stack.is_announced_since(began_s)
    assert process_file.read(stack.state / "processes.json") == []
