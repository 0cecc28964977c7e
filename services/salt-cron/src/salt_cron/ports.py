"""What salt-cron asks of the store that remembers which secrets were made, whatever store that is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from tides.almanac import SecretName


class LedgerRow(msgspec.Struct, frozen=True):
    """What the ledger has of one secret."""

    wrapped: bytes | None
    minted_at: datetime


class Ledger(Protocol):
    """One row a secret; a row is won by one process only."""

    async def rows(self, names: Sequence[SecretName]) -> dict[SecretName, LedgerRow]:
        """What is known of the names."""

    async def win(self, name: SecretName, wrapped: bytes | None) -> bool:
        """Write the row unless there is one; False where another was first."""

    async def win_again(self, name: SecretName, seen: LedgerRow, wrapped: bytes | None) -> bool:
        """Replace the row that was seen; False where another has replaced it since."""

    async def forget(self, name: SecretName) -> None:
        """Keep the row and not its secret."""

    async def delete_expired(self, now_s: int) -> int:
        """Delete what must be gone by Unix second `now_s`; how many rows that was."""
