"""Migrations from a folder: read by number, applied once, refused where files and server differ."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tideline.migrations import Migration, MigrationError, migrate, read, statements_of


class Server:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.ran: list[str] = []

    def applied(self) -> Mapping[str, str]:
        return self.seen

    def apply(self, migration: Migration) -> None:
        self.ran += migration.statements
        self.seen[migration.name] = migration.digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("-- why\nCREATE A;\nCREATE B;\n")
    (tmp_path / "0002_second.sql").write_text("CREATE C\n")
    return tmp_path


def test_all_are_applied_in_order_and_only_once(folder):
    server = Server()
    assert migrate(server, folder) == ["0001_first.sql", "0002_second.sql"]
    assert migrate(server, folder) == []
    assert server.ran == ["-- why\nCREATE A", "CREATE B", "CREATE C"]


def test_a_file_that_was_changed_afterwards_is_refused(folder):
    server = Server()
    migrate(server, folder)
    (folder / "0001_first.sql").write_text("CREATE SOMETHING ELSE;\n")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed"):
        migrate(server, folder)


def test_a_file_that_vanished_is_refused(folder):
    server = Server()
    migrate(server, folder)
    (folder / "0002_second.sql").unlink()
    with pytest.raises(MigrationError, match=r"0002_second\.sql"):
        migrate(server, folder)


def test_a_server_that_skipped_one_is_refused_before_anything_runs(folder):
    server = Server()
    migrate(server, folder)
    del server.seen["0001_first.sql"]
    server.ran.clear()
    with pytest.raises(MigrationError, match=r"0001_first\.sql is missing"):
        migrate(server, folder)
    assert server.ran == []


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "three.sql"])
def test_a_gap_a_double_and_a_bad_name_are_refused(folder, name):
    (folder / name).write_text("CREATE D;\n")
    with pytest.raises(MigrationError):
        read(folder)


def test_an_empty_folder_is_refused_since_it_is_surely_the_wrong_one(tmp_path):
    with pytest.raises(MigrationError, match="SCHEMA_DIR"):
        read(tmp_path)


def test_semicolons_inside_a_line_end_no_statement():
    assert statements_of("SELECT ';' AS a, 1;\n-- a comment only;\nSELECT 2; -- after\n") == (
        "SELECT ';' AS a, 1",
        "SELECT 2",
    )
