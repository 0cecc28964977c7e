"""The object graph of rollup.

Start: the event store first (it connects by itself), then the timer, which asks it and Postgres, then HTTP, so that
readiness tells what the timer found. Stop is the reverse: what is being built is dropped and leaves its day as it was.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient
from runtime import health
from runtime.http import HttpServer
from runtime.lifecycle import Component
from starlette.applications import Starlette

from rollup.adapters.event_store import EventStore
from rollup.adapters.rollup_days import RollupDays
from rollup.adapters.session_days import SessionDays
from rollup.adapters.site_zones import SiteZones
from rollup.intake import timer
from rollup.rebuilding import Rebuilding
from rollup.rolling_up import RollingUp
from rollup.settings import Settings


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start."""

    async def connect() -> AsyncClient:
        return await clickhouse_connect.get_async_client(dsn=settings.clickhouse_url, autogenerate_session_id=False)

    store = EventStore(connect)
    most_days = settings.most_days_a_tick
    rebuilding = Rebuilding(SessionDays(store), _today, most_days)
    rollups = RollupDays(store, settings.least_events)
    rolling_up = RollingUp(rollups, SiteZones(settings.postgres_url), _today, most_days)
    ticks = timer({"sessions": rebuilding.tick, "rollups": rolling_up.tick}, settings.tick_s)
    checks = {name: ticks.check(name) for name in ("sessions", "rollups")}
    app = Starlette(routes=health.routes({"clickhouse": store.alive, **checks}))
    return [store, ticks, HttpServer(app, settings.host, settings.port)]


def _today() -> date:
    return datetime.now(UTC).date()
