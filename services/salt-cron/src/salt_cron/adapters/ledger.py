"""Postgres' table `tides`: who won which secret, and in mode `wrapped` the secret. Raises psycopg.Error."""

from collections.abc import Sequence

from psycopg_pool import AsyncConnectionPool
from tides.almanac import SecretName

from salt_cron.adapters.statements import statement
from salt_cron.ports import LedgerRow

_ROWS = statement("rows")
_WIN = statement("win")
_WIN_AGAIN = statement("win_again")
_FORGET = statement("forget")
_DELETE_EXPIRED = statement("delete_expired")


class PostgresLedger:
    """One row a secret; a row is won by one process only."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def rows(self, names: Sequence[SecretName]) -> dict[SecretName, LedgerRow]:
        """What is known of the names."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ROWS, {"names": [str(name) for name in names]})
            found = {row[0]: LedgerRow(row[1], row[2]) for row in await cursor.fetchall()}
        return {name: found[str(name)] for name in names if str(name) in found}

    async def win(self, name: SecretName, wrapped: bytes | None) -> bool:
        """Write the row unless there is one; False where another was first."""
        return await self._won(_WIN, {"name": str(name), "wrapped": wrapped, "expires_at_s": name.expires_at_s})

    async def win_again(self, name: SecretName, seen: LedgerRow, wrapped: bytes | None) -> bool:
        """Replace the row that was seen; False where another has replaced it since."""
        return await self._won(_WIN_AGAIN, {"name": str(name), "wrapped": wrapped, "minted_at": seen.minted_at})

    async def forget(self, name: SecretName) -> None:
        """Keep the row and not its secret."""
        async with self._pool.connection() as connection:
            await connection.execute(_FORGET, {"name": str(name)})

    async def delete_expired(self, now_s: int) -> int:
        """Delete what must be gone by Unix second `now_s`; how many rows that was."""
        async with self._pool.connection() as connection:
            return len(await (await connection.execute(_DELETE_EXPIRED, {"now_s": now_s})).fetchall())

    async def _won(self, text: bytes, values: dict[str, object]) -> bool:
        async with self._pool.connection() as connection:
            return await (await connection.execute(text, values)).fetchone() is not None
