"""Migrations of ClickHouse, and its views, which are made anew each time since they hold no data."""

from collections.abc import Mapping
from pathlib import Path

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from tideline.migrations import Migration, migrate, statements_of
from tideline.sql_files import sql


class ClickHouseLedger:
    """A client whose database keeps the table `schema_migrations`; one run at a time, as there is no lock."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def applied(self) -> Mapping[str, str]:
        """File name to digest."""
        self._client.command(sql("clickhouse_ledger_create"))
        rows = self._client.query(sql("clickhouse_ledger_read")).result_rows
        return {str(name): str(digest) for name, digest in rows}

    def apply(self, migration: Migration) -> None:
        """Run the file's statements, then remember it."""
        for statement in migration.statements:
            self._client.command(statement)
        self._client.command(
            sql("clickhouse_ledger_add"), parameters={"name": migration.name, "digest": migration.digest}
        )


def migrate_clickhouse(url: str, schema: Path) -> list[str]:
    """Bring the database at `url` up to `schema`/migrations and re-make `schema`/views; the names applied.

    Raises MigrationError, or clickhouse_connect's DatabaseError with the engine's own text.
    """
    client = clickhouse_connect.get_client(dsn=url)
    try:
        applied = migrate(ClickHouseLedger(client), schema / "migrations")
        for view in sorted((schema / "views").glob("*.sql")):
            for statement in statements_of(view.read_text(encoding="utf-8")):
                client.command(statement)
    finally:
        client.close()
    return applied
