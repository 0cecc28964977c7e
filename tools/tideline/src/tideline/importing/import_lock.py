"""One import at a time into a site: a Postgres advisory lock for as long as a connection lives."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tideline.sql_files import sql

_LOCK_OF_IMPORTS = 0x71DE


class ImportRunsError(Exception):
    """Another import into the site is under way."""


@contextmanager
def only_import(postgres_url: str, site_id: int) -> Iterator[None]:
    """Hold the site's lock meanwhile. Raises ImportRunsError where another holds it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        row = connection.execute(sql("import_lock"), (_LOCK_OF_IMPORTS, site_id)).fetchone()
        if row is None or not row[0]:
            raise ImportRunsError("another import into this site is under way; wait for it to end")
        yield
