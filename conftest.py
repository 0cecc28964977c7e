"""Fixtures for every test of the tree: four engines at four URLs, empty or migrated."""

from pathlib import Path

import pytest
from tideline.clickhouse_ledger import migrate_clickhouse
from tideline.postgres_ledger import migrate_postgres

pytest_plugins = ["local_stack.fixtures"]

_ROOT = Path(__file__).parent
_ENGINES = {"kafka_url", "redis_url", "postgres_url", "clickhouse_url", "stack"}


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    """The Postgres of `postgres_url` with all tables of postgres/migrations."""
    migrate_postgres(postgres_url, _ROOT / "postgres" / "migrations")
    return postgres_url


@pytest.fixture(scope="session")
def migrated_clickhouse_url(clickhouse_url: str) -> str:
    """The ClickHouse of `clickhouse_url` with all tables and views of clickhouse/."""
    migrate_clickhouse(clickhouse_url, _ROOT / "clickhouse")
    return clickhouse_url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on real engines, so that `make unit` can leave it out."""
    for item in items:
        if _ENGINES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.engines)
