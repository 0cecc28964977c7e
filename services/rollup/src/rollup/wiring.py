"""The object graph of rollup.

Start: the event store first (it connects by itself), then the timer, which asks it, then HTTP, so that readiness tells
what the timer found. Stop is the reverse: a rebuild in progress is dropped and leaves its day as it was.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient
from runtime import health
from runtime.http import HttpServer
from runtime.lifecycle import Component
from starlette.applications import Starlette

from rollup.adapters.session_days import SessionDays
from rollup.intake import timer
from rollup.rebuilding import Rebuilding
from rollup.settings import Settings


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start."""

    async def connect() -> AsyncClient:
        return await clickhouse_connect.get_async_client(dsn=settings.clickhouse_url, autogenerate_session_id=False)

    days = SessionDays(connect)
    ticks = timer(Rebuilding(days, _today, settings.most_days_a_tick).tick, settings.tick_s)
    checks = {"clickhouse": days.alive, "ticks": ticks.check("ticks")}
    server = HttpServer(Starlette(routes=health.routes(checks)), settings.host, settings.port)
    return [days, ticks, server]


def _today() -> date:
    return datetime.now(UTC).date()
