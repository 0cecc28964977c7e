"""Postgres' sites and write keys in, the registry as it is to be published out. Raises psycopg.Error."""

from contract.registry import Site, WriteKey
from psycopg_pool import AsyncConnectionPool

from salt_cron.adapters.statements import statement
from salt_cron.sites_to_registry import Published, publish

_SITES = statement("sites")
_WRITE_KEYS = statement("write_keys")


class SiteBook:
    """What operators have registered."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def read(self) -> Published:
        """The registry of this moment, both tables in one transaction."""
        async with self._pool.connection() as connection:
            sites = await (await connection.execute(_SITES)).fetchall()
            keys = await (await connection.execute(_WRITE_KEYS)).fetchall()
        return publish((Site(*row) for row in sites), (WriteKey(*row) for row in keys))
