"""Days of sessions in ClickHouse: a build table of its own for each rebuild, swapped in as one partition."""

import secrets
import time
from datetime import date

from rollup.adapters.event_store import EventStore
from rollup.days_to_rebuild import partition_of


class SessionDays:
    """Every call raises one of `event_store.AWAY`."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def stale(self) -> list[date]:
        """The UTC days whose sessions were not built from the events that stand."""
        return [row[0] for row in await self._store.rows("stale_days")]

    async def rebuild(self, day: date) -> None:
        """Make a day's sessions anew and swap them in, whole or not at all."""
        build = f"sessions_build_{int(time.time())}_{secrets.token_hex(8)}"
        await self._store.command("build_create", build=build)
        try:
            await self._store.command("build_fill", build=build, day=day)
            # the engine swaps in no partition that is empty
            filled = (await self._store.rows("build_rows", build=build))[0][0]
            swap = "build_swap" if filled else "day_drop"
            await self._store.command(swap, {"build": build}, partition=partition_of(day))
        finally:
            await self._store.command("build_drop", build=build)

    async def clear_leftovers(self) -> None:
        """Drop build tables of builders that died over an hour ago."""
        for (build,) in await self._store.rows("leftovers"):
            await self._store.command("build_drop", build=build)
