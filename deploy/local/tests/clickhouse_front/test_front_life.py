"""A front's life: killed, stopped, started twice."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from local_stack.clickhouse_front.folder import FolderInUseError, FolderLock
from local_stack.clickhouse_front.options import read


def test_a_killed_front_opens_its_folder_again_with_all_that_was_acknowledged(own_front: Any) -> None:
    client = own_front.client()
    client.command("CREATE TABLE kept (id UInt64) ENGINE = MergeTree ORDER BY id")
    for start in range(0, 50, 10):
        client.insert("kept", [[number] for number in range(start, start + 10)], ["id"])
    own_front.kill()
    own_front.start()
    assert own_front.client().query("SELECT count(), sum(id) FROM kept").result_rows == [(50, 1225)]


def test_a_stopped_front_finishes_the_query_in_flight(own_front: Any) -> None:
    client, answers = own_front.client(), []
    asked = "SELECT sum(sleepEachRow(0.5)) FROM numbers(3) SETTINGS max_block_size = 1"
    asking = threading.Thread(target=lambda: answers.append(client.command(asked)))
    asking.start()
    asking.join(0.5)
    assert own_front.stop() == 0
    asking.join(10)
    assert answers == [0]


def _second(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local_stack.clickhouse_front", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_folder_in_use_is_refused_with_its_holder(own_front: Any) -> None:
    done = _second(own_front.arguments())
    assert done.returncode == 1
    assert f"{own_front.folder} is in use by process {own_front.process.pid}" in done.stderr
    assert own_front.client().command("SELECT 1") == 1


def test_a_port_that_is_taken_is_named(own_front: Any, tmp_path: Path) -> None:
    done = _second(["--path", str(tmp_path / "other"), "--port", str(own_front.port)])
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{own_front.port}: Address already in use" in done.stderr


def test_a_folder_is_free_again_when_its_holder_gives_it_up(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "new"), FolderLock(tmp_path / "new")
    first.take()
    with pytest.raises(FolderInUseError):
        second.take()
    first.release()
    second.take()
    second.release()
    second.release()


def test_options_are_read_from_the_command_line_and_missing_ones_refused(capsys: pytest.CaptureFixture[str]) -> None:
    options = read(["--path", "/x", "--port", "17", "--memory-mb", "64"])
    assert (options.path, options.port, options.memory_mb, options.host) == (Path("/x"), 17, 64, "127.0.0.1")
    with pytest.raises(SystemExit):
        read(["--path", "/x"])
    assert "--port" in capsys.readouterr().err
