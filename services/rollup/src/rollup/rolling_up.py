"""The job of a tick: find local days without a roll-up that may be read, and make it. May be killed anywhere."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from runtime import log

from rollup import metrics
from rollup.days_to_roll_up import Extent, LocalDay, due, over

_log = log.get(__name__)


class Rollups(Protocol):
    """Where roll-ups are kept."""

    async def extents(self) -> list[Extent]:
        """The sites that have events enough for roll-ups."""

    async def trusted(self, site_id: int, zone: str, first: date, last: date) -> set[date]:
        """The local days of [first, last] whose roll-up says what the events say."""

    async def build(self, site_id: int, local: LocalDay) -> None:
        """Roll a day up."""

    async def clear_leftovers(self) -> None:
        """Drop what nobody reads any more."""


class Zones(Protocol):
    """Where sites are registered."""

    async def zones(self) -> Mapping[int, str]:
        """Each site's time zone."""


class RollingUp:
    """Builds at most `most_days` a tick, the latest first, so that every site's recent days come soon."""

    def __init__(self, rollups: Rollups, sites: Zones, today: Callable[[], date], most_days: int) -> None:
        self._rollups = rollups
        self._sites = sites
        self._today = today
        self._most_days = most_days

    async def tick(self) -> None:
        """Every local day of every site that is over and has no roll-up that may be read, up to the bound."""
        await self._rollups.clear_leftovers()
        missing = await self._missing()
        metrics.STALE_ROLLUPS.set(len(missing))
        for site_id, local in missing[: self._most_days]:
            with metrics.ROLL_UP_S.time():
                await self._rollups.build(site_id, local)
            metrics.ROLLED_UP.inc()
            metrics.STALE_ROLLUPS.dec()
            _log.info("day_rolled_up", site=site_id, day=local.day.isoformat())

    async def _missing(self) -> list[tuple[int, LocalDay]]:
        zones = await self._sites.zones()
        found: list[tuple[int, LocalDay]] = []
        for extent in await self._rollups.extents():
            zone = zones.get(extent.site_id)
            days = over(extent, zone, self._today()) if zone else []
            if zone and days:
                trusted = await self._rollups.trusted(extent.site_id, zone, days[0].day, days[-1].day)
                found.extend((extent.site_id, day) for day in due(days, trusted))
        return sorted(found, key=lambda one: one[1].day, reverse=True)
