"""Command lines that bind a child to its parent and drop root."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from local_stack import leash

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="drops root's rights, which are not at hand")


def run(*command: str, unprivileged: bool = False) -> str:
    return subprocess.run(
        leash.leashed(command, unprivileged=unprivileged), check=True, capture_output=True, text=True
    ).stdout


def test_a_command_still_does_what_it_did() -> None:
    assert run("echo", "-n", "a b") == "a b"


def test_a_child_is_told_the_signal_that_its_program_wants() -> None:
    assert "--pdeathsig=INT" in leash.leashed(("true",), signal.SIGINT)


def test_without_setpriv_a_command_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert leash.leashed(("true",), unprivileged=True) == ("true",)


@root_only
def test_an_unprivileged_program_is_not_root() -> None:
    assert int(run("id", "-u", unprivileged=True)) == leash.nobody()[0]
    assert int(run("id", "-u")) == 0


@root_only
def test_an_unprivileged_program_passes_closed_folders(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("inside")
    tmp_path.chmod(0o700)
    assert run("cat", str(file), unprivileged=True) == "inside"


@root_only
def test_in_a_container_the_wider_pass_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "_capabilities", lambda: 0b010)
    assert "--ambient-caps=-all,+dac_override" in leash.leashed(("true",), unprivileged=True)


@root_only
def test_without_any_pass_root_is_dropped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "_capabilities", lambda: 0)
    command = leash.leashed(("true",), unprivileged=True)
    assert "--clear-groups" in command
    assert not any("caps" in word for word in command)
