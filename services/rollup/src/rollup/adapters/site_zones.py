"""Postgres' sites in, each one's time zone out."""

from collections.abc import Mapping

import psycopg

from rollup.adapters.event_store import sql

AWAY = (psycopg.Error,)
"""What a tick may meet while Postgres is away."""

_CONNECT_TIMEOUT_S = 5


class SiteZones:
    """Connects with every tick, since that is seldom: a site may be new or have moved."""

    def __init__(self, postgres_url: str) -> None:
        self._postgres_url = postgres_url

    async def zones(self) -> Mapping[int, str]:
        """Each site's time zone, as an IANA name. Raises one of AWAY."""
        connecting = psycopg.AsyncConnection.connect(self._postgres_url, connect_timeout=_CONNECT_TIMEOUT_S)
        async with await connecting as connection:
            rows = await (await connection.execute(sql("site_zones").encode())).fetchall()
        return {int(site_id): str(zone) for site_id, zone in rows}
