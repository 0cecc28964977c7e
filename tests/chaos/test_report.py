"""The table sums up by fault, and says what it says."""

from pathlib import Path

from tests.chaos.report import Report, Run, table

KILL = Run("kill", sent=1_200, accepted=1_000, lost=0, doubled=0, split=0, recovered_s=2.04)
LOSS = Run("cut", sent=10, accepted=9, lost=3, doubled=2, split=1, recovered_s=30)


def test_runs_of_one_fault_are_one_line_and_all_are_the_last():
    head, _, kill, cut, everything = table([KILL, LOSS, KILL]).splitlines()
    assert head.startswith("| fault | runs | beacons sent | acknowledged | lost | doubled |")
    assert kill == "| kill | 2 | 2,400 | 2,000 | 0 | 0 | 0 | 2.0 to 2.0 |"
    assert cut == "| cut | 1 | 10 | 9 | 3 | 2 | 1 | 30.0 |"
    assert everything == "| all | 3 | 2,410 | 2,009 | 3 | 2 | 1 | 2.0 to 30.0 |"


def test_the_table_is_on_the_disk_after_each_run(tmp_path: Path):
    report = Report(tmp_path / "new" / "table.md")
    for count in (1, 2):
        report.add(KILL)
        assert report.path.read_text() == table([KILL] * count) + "\n"
