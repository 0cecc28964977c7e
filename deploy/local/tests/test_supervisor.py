"""The supervisor over tiny children: ordered start, restarts that are told of, a stop that leaves nobody."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from local_stack.child import StartError
from local_stack.probes import NotReadyError
from local_stack.program import Program
from local_stack.supervisor import Supervisor


class Told:
    """Remembers what the supervisor says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def supervisor(tmp_path: Path, told: Told) -> AsyncIterator[Supervisor]:
    made = Supervisor(tmp_path / "log", told)
    yield made
    await made.stop()


def sleeper(name: str) -> Program:
    return Program(name, ("sleep", "60"))


def writes_when_ended(name: str, file: Path) -> Program:
    return Program(name, ("sh", "-c", f"trap 'echo {name} >> {file}; exit 0' TERM; while :; do sleep 0.05; done"))


async def until(happened: Callable[[], bool], timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not happened():  # noqa: ASYNC110  a process sets no event
            await asyncio.sleep(0.02)


def pid_of(supervisor: Supervisor, name: str) -> int | None:
    return next(child.pid for child in supervisor.children if child.program.name == name)


async def test_a_group_is_started_when_every_program_of_it_answers(
    supervisor: Supervisor, told: Told, tmp_path: Path
) -> None:
    def answers() -> None:
        if not (tmp_path / "answer").exists():
            raise NotReadyError("not yet")

    late = Program("late", ("sh", "-c", f"sleep 0.3; touch {tmp_path}/answer; sleep 60"), probe=answers)
    await supervisor.start_group([sleeper("soon"), late])
    assert (tmp_path / "answer").exists()
    assert "late is ready" in told.text()


async def test_a_program_that_fails_its_first_start_is_named_with_the_end_of_its_log(
    supervisor: Supervisor,
) -> None:
    def never() -> None:
        raise NotReadyError("never")

    broken = Program("broken", ("sh", "-c", "echo no such disk; exit 7"), probe=never)
    with pytest.raises(StartError, match=r"(?s)broken ended with 7.*no such disk"):
        await supervisor.start_group([sleeper("fine"), broken])


async def test_a_killed_program_is_named_and_started_again_at_once(supervisor: Supervisor, told: Told) -> None:
    talker = Program("talker", ("sh", "-c", "echo last words; exec sleep 60"))
    await supervisor.start_group([talker])
    first = pid_of(supervisor, "talker")
    assert first is not None
    await asyncio.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    killed = time.monotonic()
    await until(lambda: pid_of(supervisor, "talker") not in {None, first})
    assert time.monotonic() - killed < 1.0
    assert "talker was ended by SIGKILL" in told.text()
    assert "last words" in told.text()
    assert "started again now" in told.text()


async def test_a_program_that_keeps_dying_waits_longer_each_time(supervisor: Supervisor, told: Told) -> None:
    supervisor.keep_trying([Program("mayfly", ("sh", "-c", "exit 1"))])
    await until(lambda: "started again in 1 s" in told.text())
    await until(lambda: "started again in 2 s" in told.text())
    assert "the same again" in told.text()
    assert told.text().index("again now") < told.text().index("in 1 s") < told.text().index("in 2 s")


async def test_a_program_that_may_die_often_waits_no_longer_than_it_says(supervisor: Supervisor, told: Told) -> None:
    supervisor.keep_trying([Program("mayfly", ("sh", "-c", "exit 1"), most_pause_s=0.0)])
    await until(lambda: told.text().count("again now") >= 4)


async def test_a_preparation_that_fails_is_told_of_and_tried_again(supervisor: Supervisor, told: Told) -> None:
    tries: list[int] = []

    def prepare() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("the disk is full")

    supervisor.keep_trying([Program("picky", ("sleep", "60"), prepare=prepare)])
    await until(lambda: pid_of(supervisor, "picky") is not None)
    assert "the disk is full" in told.text()
    assert len(tries) == 2


async def test_stop_ends_the_groups_in_reverse_and_leaves_nobody(tmp_path: Path, told: Told) -> None:
    supervisor, order = Supervisor(tmp_path / "log", told), tmp_path / "order"
    await supervisor.start_group([writes_when_ended("engine", order)])
    await supervisor.start_group([writes_when_ended("service", order)])
    pids = [child.pid for child in supervisor.children]
    await asyncio.sleep(0.2)
    await supervisor.stop()
    assert order.read_text().split() == ["service", "engine"]
    assert not any(psutil.pid_exists(pid) for pid in pids if pid is not None)


async def test_nothing_is_restarted_once_stop_was_asked(tmp_path: Path, told: Told) -> None:
    supervisor = Supervisor(tmp_path / "log", told)
    await supervisor.start_group([sleeper("sleeper")])
    await supervisor.stop()
    await asyncio.sleep(0.3)
    assert supervisor.children[0].pid is None
    assert "again" not in told.text()


async def test_a_child_that_ignores_its_signal_is_killed_in_the_end(tmp_path: Path, told: Told) -> None:
    supervisor = Supervisor(tmp_path / "log", told)
    await supervisor.start_group([Program("deaf", ("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"))])
    await asyncio.sleep(0.2)
    child = supervisor.children[0]
    await asyncio.to_thread(child.stop, 0.3)
    assert child.exit_code() == -signal.SIGKILL
    await supervisor.stop()


async def test_what_is_not_ready_in_time_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    def never() -> None:
        raise NotReadyError("warming up")

    supervisor.keep_trying([Program("slow", ("sleep", "60"), probe=never), sleeper("quick")])
    assert await supervisor.missing_after(0.5) == ["slow"]


async def test_every_start_is_reported_to_who_keeps_the_process_file(tmp_path: Path, told: Told) -> None:
    seen: list[list[int | None]] = []
    supervisor = Supervisor(tmp_path / "log", told, lambda children: seen.append([c.pid for c in children]))
    await supervisor.start_group([sleeper("one"), sleeper("two")])
    await supervisor.stop()
    assert len(seen) == 2
    assert None not in seen[-1]
