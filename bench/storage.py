"""What each way to keep sessions and roll-ups costs: a year of one site's events, and questions, inside the engine.

    .venv/bin/python bench/storage.py --events 120000000 --out FILE.json [--folder DIR] [--most-minutes 70]

In this process (no HTTP), warm cache. A question's time is the best of three (of one, where that takes over a
second) as milliseconds on the clock and of processor time; the latter says more where other work shares the cores. The
designs must give the same answers; where they do not, it stops. 120 million events take about 6 GB of disk.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chdb
from rollup.adapters.rollup_days import RollupDays
from rollup.days_to_roll_up import LocalDay
from storage_dashboard import DASHBOARD, InThisProcess, answered

ROOT = Path(__file__).parents[1]
SQL = Path(__file__).with_suffix("")
ROLLUP = ROOT / "services/rollup/src/rollup/sql"
FIRST_DAY = date(2025, 1, 1)
EVENTS_A_SESSION = 3.42
COUNTRY = "AA"


class Engine:
    """One connection to a folder of its own, and a deadline for everything."""

    def __init__(self, folder: Path, most_minutes: float, runs: int) -> None:
        self._runs = runs
        self._connection = chdb.connect(f"{folder}?mark_cache_size=536870912")
        self._deadline_s = time.monotonic() + most_minutes * 60
        for setting in ("max_threads = 2", "session_timezone = 'UTC'", "max_memory_usage = 6000000000"):
            self.run(f"SET {setting}")
        self.run("SET optimize_aggregation_in_order = 1, max_insert_threads = 1, mutations_sync = 1")

    def run(self, text: str, **parameters: object) -> list[list[Any]]:
        """The rows of a statement; SystemExit once the deadline has passed."""
        if time.monotonic() > self._deadline_s:
            sys.exit("out of time")
        given = {name: str(value) for name, value in parameters.items()}
        body = self._connection.query(text, "JSONCompactEachRow", params=given).bytes() or b""
        return [json.loads(line) for line in body.splitlines()]

    def asked(self, text: str, **parameters: object) -> tuple[list[list[Any]], list[int]]:
        """The rows of a question, and its best time: milliseconds on the clock, of processor time."""
        return self.best(lambda: self.run(text, **parameters))

    def best(self, ask: Callable[[], list[list[Any]]]) -> tuple[list[list[Any]], list[int]]:
        """The rows that asking gives, and its best time: milliseconds on the clock, of processor time."""
        best = [1e9, 1e9]
        for _ in range(self._runs):
            clock, spent = time.perf_counter(), time.process_time()
            rows = ask()
            took = time.perf_counter() - clock, time.process_time() - spent
            best = [min(pair) for pair in zip(best, took, strict=True)]
            if took[0] > 1:
                break
        return rows, [round(seconds * 1000) for seconds in best]

    def rest(self) -> None:
        """Wait until the merges in the background are done, five minutes at most."""
        until = time.monotonic() + 300
        while self.run("SELECT 1 FROM system.merges LIMIT 1") and time.monotonic() < until:
            time.sleep(1)

    def timed(self, text: str, **parameters: object) -> float:
        """Seconds that a statement takes."""
        start = time.perf_counter()
        self.run(text, **parameters)
        return time.perf_counter() - start


def statements(file: Path) -> list[str]:
    """The statements of a file of migrations or views."""
    return [text for text in file.read_text().replace(";\n", ";\n\0").split("\0") if "CREATE" in text]


def named(file: str) -> dict[str, str]:
    """The statements of a file by their names."""
    parts = (SQL / file).read_text().split("-- name: ")[1:]
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in parts}


def note(results: dict[str, Any], name: str, value: object) -> None:
    """Keep a figure and say it at once."""
    results[name] = value
    print(f"{time.strftime('%H:%M:%S')} {name}: {value}", flush=True)


def moment(day: date) -> str:
    """Midnight, as a parameter of a statement."""
    return f"{day} 00:00:00"


def fill(engine: Engine, table: str, days: list[date], sessions: int) -> float:
    """Make the days' events in a table; the seconds it took."""
    text = (SQL / "generate_day.sql").read_text()
    return sum(engine.timed(text, table=table, day=day, sessions=sessions) for day in days)


def roll_up(engine: Engine, days: list[date]) -> float:
    """What the service does for each day, by its own code; the seconds it took."""
    rollups = RollupDays(InThisProcess(engine), 0)  # type: ignore[arg-type]

    async def build() -> None:
        for day in days:
            await rollups.build(1, LocalDay(day, "Etc/UTC"))

    start = time.perf_counter()
    asyncio.run(build())
    return time.perf_counter() - start


def ask_dashboard(engine: Engine, days: list[date], results: dict[str, Any]) -> None:
    """What the dashboard asks, compiled as the query API does, from roll-ups and from plain rows."""
    for span, since, until in ranges(days):
        for name, asked in DASHBOARD.items():
            question = {"site_id": "a.example", "date_range": [str(since), str(until - timedelta(days=1))], **asked}
            for design, rolled in (("roll-ups", True), ("plain rows", False)):
                rows, took = engine.best(lambda q=question, r=rolled: answered(engine, q, rolled=r))
                note(results, f"ask | dashboard {name}, {span} | {design}", took)
                same(results, f"dashboard {name}, {span}", rows)


def settle(engine: Engine, table: str) -> float:
    """Merge each partition to one part, as the months of a running system are; the seconds it took."""
    return engine.timed(f"OPTIMIZE TABLE {table} FINAL")


def bytes_of(engine: Engine, table: str) -> int:
    """Bytes on disk of a table with its indexes and projections."""
    text = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase() AND table = "
    return int(engine.run(f"{text}'{table}'")[0][0])


def rebuild_sessions(engine: Engine, day: date) -> None:
    """What the service does for one day, by its own statements."""
    text = {name: (ROLLUP / f"build_{name}.sql").read_text() for name in ("create", "fill", "swap", "drop")}
    engine.run(text["create"], build="build")
    engine.run(text["fill"], build="build", day=day)
    engine.run(text["swap"].replace("$build", "build"), partition=day.strftime("%Y%m%d"))
    engine.run(text["drop"], build="build")


def each(days: list[date], what: Callable[[date], None]) -> float:
    """Do it for each day; the seconds it took."""
    start = time.perf_counter()
    for day in days:
        what(day)
    return time.perf_counter() - start


def ranges(days: list[date]) -> Iterator[tuple[str, date, date]]:
    """A day, a month and the whole, as [since, until)."""
    middle = days[len(days) // 2]
    yield "day", middle, middle + timedelta(days=1)
    yield "month", middle, min(middle + timedelta(days=30), days[-1] + timedelta(days=1))
    yield "year", days[0], days[-1] + timedelta(days=1)


def ask(engine: Engine, results: dict[str, Any], days: list[date], designs: list[str]) -> None:
    """Put every question to every design that can answer it; stops where two designs differ."""
    texts = named("questions.sql")
    for span, since, until in ranges(days):
        for country in ("", COUNTRY):
            for name, text in texts.items():
                design, question = name.split(".")
                if design not in designs:
                    continue
                given = {"since": moment(since), "until": moment(until), "country": country}
                key = f"{question}, {span}{', one country' if country else ''}"
                rows, took = engine.asked(text, **given)
                note(results, f"ask | {key} | {design}", took)
                same(results, key, rows)


def same(results: dict[str, Any], key: str, answer: list[list[Any]]) -> None:
    """Stop where another design has answered otherwise."""
    answers = results.setdefault("answers", {})
    if answers.setdefault(key, answer) != answer:
        sys.exit(f"two designs differ: {key}\n{answers[key]}\n{answer}")


def inserting(engine: Engine, results: dict[str, Any], days: list[date], sessions: int) -> None:
    """What inserting costs, merges and all: the table bare, as it stands, and with aggregates as projections."""
    projections = named("projections.sql")
    adding = [text for name, text in projections.items() if not name.startswith("question")]
    bare = ["ALTER TABLE events_bare DROP PROJECTION day_digests"]
    made: dict[str, list[str]] = {"events_bare": bare, "events_digest": [], "events_projected": adding}
    few = days[: min(len(days), 10)]
    engine.run("CREATE TABLE nowhere AS events ENGINE = Null")
    idle = spent_on(lambda: fill(engine, "nowhere", few, sessions))
    for table, changes in made.items():
        engine.run(f"CREATE TABLE {table} AS events")
        for change in changes:
            engine.run(change)

        def fill_and_settle(table: str = table) -> None:
            fill(engine, table, few, sessions)
            settle(engine, table)

        spent = spent_on(fill_and_settle) - idle
        rows = count(engine, table)
        note(results, f"insert and merge | {table}, processor s per million rows", round(spent / rows * 1e6, 2))
        note(results, f"bytes an event | {table}, {len(few)} days", round(bytes_of(engine, table) / rows, 2))
    for name, text in projections.items():
        if name.startswith("question"):
            note(
                results, f"ask | {name.removeprefix('question_')}, {len(few)} days | projections", engine.asked(text)[1]
            )
    for table in (*made, "nowhere"):
        engine.run(f"DROP TABLE {table} SYNC")


def spent_on(what: Callable[[], object]) -> float:
    """Seconds of processor time that the process spends meanwhile."""
    start = time.process_time()
    what()
    return time.process_time() - start


def disturbing(engine: Engine, results: dict[str, Any], days: list[date]) -> None:
    """What a late event, and an erased day, cost: the act, the questions while the day is stale, the rebuild."""
    day = days[len(days) // 2]
    text = named("questions.sql")["sessions.totals"]
    asked = {span: {"since": moment(a), "until": moment(b), "country": ""} for span, a, b in ranges(days)}
    late = (
        f"INSERT INTO events SELECT * REPLACE (40 AS session_seq) FROM events WHERE site_id = 1 AND {on(day)} LIMIT 1"
    )
    erase = f"DELETE FROM events WHERE site_id = 1 AND {on(day)} AND session_start >= '{moment(day)}'"
    for name, act in (("late event", late), ("erased day", erase)):
        note(results, f"{name} | the act, ms", round(engine.timed(act) * 1000))
        for span, given in asked.items():
            note(results, f"{name} | totals, {span}, stale", engine.asked(text, **given)[1])
        if name == "late event":
            note(
                results,
                f"{name} | rebuild of sessions, ms",
                round(each([day], lambda d: rebuild_sessions(engine, d)) * 1000),
            )
    note(results, "late event | rebuild of the day's roll-ups, ms", round(roll_up(engine, [day]) * 1000))


def on(day: date) -> str:
    """The condition that an event happened on a day."""
    return f"timestamp >= '{moment(day)}' AND timestamp < '{moment(day + timedelta(days=1))}'"


def migrate(engine: Engine) -> None:
    """A database with the tables and views of the tree."""
    engine.run("CREATE DATABASE year")
    engine.run("USE year")
    for file in (
        *sorted((ROOT / "clickhouse/migrations").glob("*.sql")),
        *sorted((ROOT / "clickhouse/views").glob("*.sql")),
    ):
        for text in statements(file):
            engine.run(text)


def generate(engine: Engine, days: list[date], sessions: int, results: dict[str, Any]) -> None:
    """The year's events."""
    took = fill(engine, "events", days, sessions)
    note(results, "generated and inserted, rows/s", round(count(engine, "events") / took))
    engine.rest()


def count(engine: Engine, table: str) -> int:
    """The rows of a table."""
    return int(engine.run(f"SELECT count() FROM {table}")[0][0])


def build(engine: Engine, days: list[date], results: dict[str, Any]) -> None:
    """Sessions and roll-ups of every day, as the service makes them."""
    rows = count(engine, "events")
    note(results, "events", rows)
    note(results, "bytes an event | events", round(bytes_of(engine, "events") / rows, 2))
    took = each(days, lambda day: rebuild_sessions(engine, day))
    note(results, "sessions | one day rebuilt, ms", round(took / len(days) * 1000))
    note(results, "bytes an event | sessions", round(bytes_of(engine, "sessions") / rows, 2))
    note(results, "roll-ups | one day rolled up, ms", round(roll_up(engine, days) / len(days) * 1000))
    settle(engine, "rollup_days")
    note(results, "roll-ups | rows", count(engine, "rollup_days"))
    note(results, "bytes an event | roll-ups", round(bytes_of(engine, "rollup_days") / rows, 2))


def measure(engine: Engine, days: list[date], results: dict[str, Any]) -> None:
    """Every design over the year's events, in order; each figure is kept as soon as it is known."""
    ask_dashboard(engine, days, results)
    ask(engine, results, days, ["sessions"])
    ask(engine, results, days, ["events"])
    disturbing(engine, results, days)


def main() -> None:
    """Read the command line, measure in a folder that goes afterwards, write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--most-minutes", type=float, default=70)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-inserts", action="store_true", help="leave the cost of inserting out")
    parser.add_argument(
        "--build-only", action="store_true", help="leave sessions and roll-ups in --folder, ask nothing"
    )
    parser.add_argument("--ask-only", action="store_true", help="what an earlier --build-only left in --folder")
    parser.add_argument("--dashboard-only", action="store_true", help="ask what the dashboard asks, and no more")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="tideline-storage-"))
    results: dict[str, Any] = {}
    try:
        engine = Engine(folder / "data", options.most_minutes, options.runs)
        days = [FIRST_DAY + timedelta(days=n) for n in range(options.days)]
        sessions = max(int(options.events / EVENTS_A_SESSION / len(days)), 5)
        if options.ask_only:
            engine.run("USE year")
        else:
            migrate(engine)
            if not options.no_inserts:
                inserting(engine, results, days, sessions)
            generate(engine, days, sessions, results)
            build(engine, days, results)
        if not options.build_only:
            (ask_dashboard if options.dashboard_only else measure)(engine, days, results)
    finally:
        if options.out:
            options.out.write_text(json.dumps(results, indent=1))
        if not options.build_only:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
