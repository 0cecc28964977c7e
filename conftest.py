"""Fixtures for every test of the tree: four engines at four URLs, empty or migrated."""

import asyncio
import inspect
from pathlib import Path

import pytest

pytest_plugins = ["local_stack.fixtures"]

_ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    """The Postgres of `postgres_url` with all tables of postgres/migrations."""
    from tideline.migrations import migrate_postgres  # noqa: PLC0415  most sessions need no tables

    _done(migrate_postgres(postgres_url, _ROOT / "postgres" / "migrations"))
    return postgres_url


@pytest.fixture(scope="session")
def migrated_clickhouse_url(clickhouse_url: str) -> str:
    """The ClickHouse of `clickhouse_url` with all tables of clickhouse/migrations."""
    from tideline.migrations import migrate_clickhouse  # noqa: PLC0415  most sessions need no tables

    _done(migrate_clickhouse(clickhouse_url, _ROOT / "clickhouse" / "migrations"))
    return clickhouse_url


def _done(result: object) -> None:
    if inspect.iscoroutine(result):
        asyncio.run(result)
