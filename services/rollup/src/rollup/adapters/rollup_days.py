"""Days of roll-ups in ClickHouse: rows first, then the claim that makes them readable; neither is ever changed."""

import re
import secrets
import time
from datetime import UTC, date
from typing import Any

from rollup.adapters.event_store import EventStore, sql
from rollup.days_to_roll_up import EVER, Extent, LocalDay

_LATER_BITS = 20
"""A build is its time in Unix milliseconds, and below it as many random bits: two builders never make the same."""

_NAME = re.compile(r"\('(\w+)',")
_KEPT_FOR_S = 3_600
"""A question that has found a build may still read it while the next takes its place."""


class RollupDays:
    """Every call raises one of `event_store.AWAY`."""

    def __init__(self, store: EventStore, least_events: int) -> None:
        self._store = store
        self._least_events = least_events

    async def extents(self) -> list[Extent]:
        """The sites that have events enough for roll-ups, each with the UTC days of its first and its last."""
        return [Extent(*row) for row in await self._store.rows("rollup_sites", least_events=self._least_events)]

    async def trusted(self, site_id: int, zone: str, first: date, last: date) -> set[date]:
        """The local days of [first, last] that have a build which says what the events say, of every dimension."""
        span = {"first": first, "last": last}
        found = await self._store.rows("rollup_trusted", site=site_id, zone=zone, dimensions=dimensions(), **span)
        return {row[0] for row in found}

    async def build(self, site_id: int, local: LocalDay) -> None:
        """Roll a day up. Events that change meanwhile leave the claim untrue, and the build unread."""
        day: dict[str, Any] = {"site": site_id, "zone": local.zone, "day": local.day, "build": _new_build()}
        span = {"since": _moment(local), "until": _moment(local.next)}
        ((imported,),) = await self._store.rows("rollup_imported", site=site_id, **span)
        seen_since = EVER if imported else local.seen_since
        made_from: dict[str, Any] = {"seen_since": seen_since, "first_utc": local.first_utc, "last_utc": local.last_utc}
        ((events, digest),) = await self._store.rows("rollup_standing", site=site_id, **made_from)
        await self._store.command("rollup_fill", _kinds(), **day, **span, seen_since=f"{seen_since} 00:00:00")
        await self._store.command("rollup_claim", **day, **made_from, events=events, digest=digest)

    async def clear_leftovers(self) -> None:
        """Drop builds that newer ones took the place of, or nobody claimed, over an hour ago."""
        before = int(time.time() - _KEPT_FOR_S) * 1_000 << _LATER_BITS
        builds = [row[0] for row in await self._store.rows("rollup_leftovers", before=before)]
        if builds:
            await self._store.command("rollup_clear_days", builds=builds)
            await self._store.command("rollup_clear_claims", builds=builds)


def dimensions() -> list[str]:
    """The names of all dimensions that are rolled up."""
    return sorted({name for text in _kinds().values() for name in _NAME.findall(text)})


def _kinds() -> dict[str, str]:
    """The dimensions that are rolled up, read from the rows of visits, of events, and of events for their visits."""
    return {name: sql(f"rollup_{name}").split("\n", 1)[1] for name in ("of_visits", "of_events", "of_events_visits")}


def _new_build() -> int:
    return int(time.time() * 1_000) << _LATER_BITS | secrets.randbits(_LATER_BITS)


def _moment(local: LocalDay) -> str:
    return f"{local.since.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
