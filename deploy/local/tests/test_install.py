"""The installer tells what a machine misses, by name and all at once, before it does anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPTS = Path(__file__).resolve().parents[1]
_BASICS = ("sh", "dirname", "mkdir", "cat", "cut", "find", "sort", "xargs", "sha256sum", "sleep", "tail", "id")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout with nothing but the scripts, and a PATH (its folder `bin`) with nothing but the basics."""
    (tmp_path / "deploy" / "local").mkdir(parents=True)
    for script in ("install.sh", "install_browser.sh"):
        shutil.copy(_SCRIPTS / script, tmp_path / "deploy" / "local")
    (tmp_path / "bin").mkdir()
    for tool in _BASICS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def give(machine: Path, tool: str, script: str) -> None:
    path = machine / "bin" / tool
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run(machine: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ("sh", str(machine / "deploy" / "local" / script)),
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env={"PATH": str(machine / "bin"), "HOME": os.environ["HOME"]},
    )


def test_everything_that_is_missing_is_named_at_once(machine: Path) -> None:
    refused = run(machine, "install.sh")
    assert refused.returncode == 1
    for name in ("Python 3.11", "Node 20 or newer (found: none)", "npm", "apt-get install maven"):
        assert name in refused.stderr


def test_an_old_node_is_named_with_its_version(machine: Path) -> None:
    give(machine, "node", 'test "$1" = --version && echo v18.19.0')
    give(machine, "npm", "exit 0")
    give(machine, "mvn", "exit 0")
    (machine / "bin" / "python3").symlink_to(sys.executable)
    refused = run(machine, "install.sh")
    assert refused.returncode == 1
    assert "Node 20 or newer (found: v18.19.0)" in refused.stderr
    assert "Maven" not in refused.stderr
    assert "Python" not in refused.stderr


def test_a_step_that_fails_ends_the_run_with_the_end_of_its_log(machine: Path) -> None:
    for tool in ("node", "npm", "mvn"):
        give(machine, tool, "exit 0")
    give(machine, "python3", 'test "$1" = -c && exit 0; echo no room on the disk; exit 1')
    (machine / "requirements.lock").touch()
    (machine / "deploy" / "local" / "pyproject.toml").touch()
    failed = run(machine, "install.sh")
    assert failed.returncode != 0
    assert "no room on the disk" in failed.stdout
    assert not (machine / ".local" / "stamps" / "python").exists()


def test_chromium_is_asked_for_by_name_where_root_is_not_at_hand(machine: Path) -> None:
    give(machine, "id", "echo 1000")
    asked = run(machine, "install_browser.sh")
    assert asked.returncode == 0
    assert "apt-get install chromium" in asked.stderr


def test_chromium_is_installed_where_root_is_at_hand(machine: Path) -> None:
    give(machine, "id", "echo 0")
    give(machine, "apt-get", f'echo "$@" >> {machine}/apt')
    assert run(machine, "install_browser.sh").returncode == 0
    assert "install -y -q --no-install-recommends chromium" in (machine / "apt").read_text()


def test_a_chromium_that_is_there_is_left_alone(machine: Path) -> None:
    give(machine, "chromium", "exit 0")
    silent = run(machine, "install_browser.sh")
    assert (silent.returncode, silent.stdout, silent.stderr) == (0, "", "")
