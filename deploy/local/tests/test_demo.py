"""The demo site, by a stand-in for the operator's command line that writes down what it was asked."""

import asyncio
import stat
import sys
from pathlib import Path

import psutil
import pytest
from local_stack import demo

_STAND_IN = """#!/bin/sh
echo "$2 $3 $4 $5 $6 $7" >> {calls}
case "$3 $4" in
    "site add") test -e {known} && echo "Error: domain is registered already" >&2 && exit 1; touch {known} ;;
    "key add") echo "key of scope stats, shown only now: tl_abc" ;;
    "migrate ") test -n "$POSTGRES_URL" || exit 1 ;;
    "import events") test -e {broken} && echo "line 3: no timestamp" >&2 && exit 1 ;;
    "history --days") test -e {slow} && sleep 60 ;;
esac
exit 0
"""


class Operator:
    """A folder in which the stand-in keeps what it knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def set(self, state: str) -> None:
        (self.folder / state).touch()


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    stand_in = tmp_path / "python"
    states = {name: str(tmp_path / name) for name in ("calls", "known", "broken", "slow")}
    stand_in.write_text(_STAND_IN.format(**states))
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    return Operator(tmp_path)


async def test_the_engines_urls_reach_the_command_line(operator: Operator) -> None:
    await demo.migrate({"POSTGRES_URL": "postgresql://here"})
    assert operator.calls()[0].startswith("tideline migrate")
    with pytest.raises(demo.OperatorError, match="tideline migrate"):
        await demo.migrate({"POSTGRES_URL": ""})


async def test_the_key_is_made_once_and_kept_for_its_owner_only(operator: Operator, tmp_path: Path) -> None:
    kept = tmp_path / "demo.key"
    assert await demo.site_key({}, "demo.example", kept) == "tl_abc"
    assert await demo.site_key({}, "demo.example", kept) == "tl_abc"
    assert sum("key add" in call for call in operator.calls()) == 1
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_site_that_an_interrupted_start_made_is_no_obstacle(operator: Operator, tmp_path: Path) -> None:
    operator.set("known")
    assert await demo.site_key({}, "demo.example", tmp_path / "demo.key") == "tl_abc"


async def test_a_past_is_written_imported_and_remembered(operator: Operator, tmp_path: Path) -> None:
    kept = tmp_path / "demo.past"
    await demo.give_past({}, "demo.example", kept)
    assert [call.split()[:2] for call in operator.calls()] == [["loadgen", "history"], ["tideline", "import"]]
    assert kept.exists()


async def test_a_past_that_was_refused_is_tried_again_next_time(operator: Operator, tmp_path: Path) -> None:
    operator.set("broken")
    kept = tmp_path / "demo.past"
    with pytest.raises(demo.OperatorError, match="line 3: no timestamp"):
        await demo.give_past({}, "demo.example", kept)
    assert not kept.exists()


async def test_ctrl_c_during_the_import_leaves_no_process(operator: Operator, tmp_path: Path) -> None:
    operator.set("slow")
    importing = asyncio.create_task(demo.give_past({}, "demo.example", tmp_path / "demo.past"))
    await asyncio.sleep(0.5)
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    mine = psutil.Process().children(recursive=True)
    assert not any("loadgen" in child.cmdline() for child in mine if child.is_running())
