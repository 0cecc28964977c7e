"""The measurement itself, on a few events: it runs to its end, and the designs agree on every answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_BENCH = Path(__file__).parents[2] / "bench" / "storage.py"


@pytest.mark.timeout(300)
def test_all_designs_give_the_same_answers(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    command = [sys.executable, str(_BENCH), "--events", "1500", "--days", "3", "--runs", "1"]
    command += ["--out", str(out), "--folder", str(tmp_path / "data"), "--most-minutes", "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert found["events"] > 1_000
    designs = {key.rsplit(" | ", 1)[1] for key in found if key.startswith("ask | ")}
    assert designs == {"events", "sessions", "roll-ups", "plain rows", "projections"}
    assert not (tmp_path / "data").exists()
