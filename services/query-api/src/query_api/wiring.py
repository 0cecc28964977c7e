"""The object graph of the query API.

Start: the stores first, then the server, since a request needs both; neither store has to be there yet. Stop: the
server first, so that open questions still find their stores.
"""

import time
from datetime import UTC, datetime
from functools import partial

from clickhouse_connect.driver import create_async_client
from clickhouse_connect.driver.asyncclient import AsyncClient
from psycopg_pool import AsyncConnectionPool
from runtime import health
from runtime.http import HttpServer
from runtime.lifecycle import Component
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from query_api.access import Access
from query_api.adapters.clickhouse import ClickHouse
from query_api.adapters.dashboard_files import dashboard
from query_api.adapters.place_names import place_names
from query_api.adapters.postgres import PostgresDirectory
from query_api.answering import Answering
from query_api.directory import RateLimit
from query_api.intake import Intake
from query_api.ledger_answers import LedgerAnswers
from query_api.settings import Settings

_CONNECTIONS = 16
_CORS = Middleware(
    CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["Authorization", "Content-Type"]
)


def wire(settings: Settings) -> list[Component]:
    """Everything that runs, in the order of start."""
    stores, app = construct(settings)
    return [*stores, HttpServer(app, settings.host, settings.port)]


def construct(settings: Settings) -> tuple[list[Component], Starlette]:
    """The stores, and the application that asks them."""
    directory = PostgresDirectory(
        AsyncConnectionPool(
            settings.postgres_url, min_size=1, max_size=2, timeout=2, open=False, kwargs={"autocommit": True}
        )
    )
    clickhouse = ClickHouse(partial(_connect, settings))
    intake = Intake(
        Access(directory, RateLimit(settings.requests_per_hour), time.time),
        Answering(clickhouse, place_names(), lambda: datetime.now(UTC)),
        LedgerAnswers(clickhouse, lambda: datetime.now(UTC)),
        _shown(settings),
    )
    routes = [*health.routes({"clickhouse": clickhouse.alive, "directory": directory.alive}), *intake.routes()]
    app = Starlette(routes=[*routes, *dashboard(settings.dashboard_dir)], middleware=[_CORS])
    return [directory, clickhouse], app


def _shown(settings: Settings) -> dict[str, object]:
    """What the dashboard tells of every site beside its own."""
    shown: dict[str, object] = {}
    if settings.collector_url:
        shown["script_url"] = f"{settings.collector_url.rstrip('/')}/js/script.js"
    if settings.places_credit:
        name, _, url = settings.places_credit.rpartition(" ")
        shown["places_credit"] = {"name": name, "url": url}
    return shown


async def _connect(settings: Settings) -> AsyncClient:
    """A client that sends values in the body, since an address has no room for a long list of clauses."""
    return await create_async_client(
        dsn=settings.clickhouse_url,
        connector_limit=_CONNECTIONS,
        connector_limit_per_host=_CONNECTIONS,
        connect_timeout=3,
        send_receive_timeout=settings.question_timeout_s + 5,
        settings={
            "max_execution_time": settings.question_timeout_s,
            "max_memory_usage": settings.question_memory_mb * 1024 * 1024,
            "output_format_json_quote_64bit_integers": 0,
        },
        form_encode_query_params=True,
        autogenerate_session_id=False,
        query_retries=1,
    )
