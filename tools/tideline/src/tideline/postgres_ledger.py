"""Migrations of Postgres: each file is one transaction, under a lock that a second run waits for."""

from collections.abc import Mapping
from pathlib import Path

import psycopg

from tideline.migrations import Migration, migrate
from tideline.sql_files import sql


class PostgresLedger:
    """A connection in autocommit mode whose database keeps the table `schema_migrations`."""

    def __init__(self, connection: psycopg.Connection[tuple[str, str]]) -> None:
        self._connection = connection

    def applied(self) -> Mapping[str, str]:
        """File name to digest."""
        self._connection.execute(sql("postgres_ledger_create"))
        return dict(self._connection.execute(sql("postgres_ledger_read")).fetchall())

    def apply(self, migration: Migration) -> None:
        """Run the file and remember it, in one transaction."""
        with self._connection.transaction():
            for statement in migration.statements:
                self._connection.execute(statement.encode())
            self._connection.execute(sql("postgres_ledger_add"), (migration.name, migration.digest))


def migrate_postgres(url: str, folder: Path) -> list[str]:
    """Bring the database at `url` up to the folder; the names applied. Raises MigrationError or psycopg.Error."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql("postgres_ledger_lock"))
        return migrate(PostgresLedger(connection), folder)
