"""The table of what was broken and what came of it: one line a run, summed up by fault."""

from collections import defaultdict
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One fault, once."""

    fault: str
    sent: int
    accepted: int
    lost: int
    doubled: int
    split: int
    """Visitors whose session was cut in two."""
    recovered_s: float
    """From the end of the fault until all services were ready and what was answered 202 until then was stored."""


_HEAD = ("fault", "runs", "beacons sent", "acknowledged", "lost", "doubled", "sessions split", "seconds to recover")


def table(runs: list[Run]) -> str:
    """The runs as a Markdown table, a line for each fault in the order of their first run, and one for all of them."""
    by_fault: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_fault[run.fault].append(run)
    lines = [_line(fault, found) for fault, found in by_fault.items()]
    rows = [_HEAD, tuple("---" for _ in _HEAD), *lines, _line("all", runs)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _line(name: str, runs: list[Run]) -> tuple[str, ...]:
    sums = [sum(getattr(run, column.name) for run in runs) for column in fields(Run)[1:-1]]
    took = [run.recovered_s for run in runs]
    span = f"{max(took):.1f}" if len(took) == 1 else f"{min(took):.1f} to {max(took):.1f}"
    return (name, f"{len(runs):,}", *(f"{number:,}" for number in sums), span)


class Report:
    """Gathers runs and keeps the table on the disk up to date, so that an interrupted suite leaves what it knew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs: list[Run] = []

    def add(self, run: Run) -> None:
        """Take a run in and write the table anew."""
        self.runs.append(run)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(table(self.runs) + "\n")
