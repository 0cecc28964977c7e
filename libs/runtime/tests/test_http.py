"""The HTTP server as a component, and the health routes that services mount on it."""

import asyncio
import socket

import httpx
import pytest
from runtime.health import routes
from runtime.http import HttpServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


async def slow(_: Request) -> Response:
    await asyncio.sleep(0.3)
    return PlainTextResponse("done")


async def away() -> None:
    raise ConnectionError("refused")


async def well() -> None:
    return None


async def hanging() -> None:
    await asyncio.sleep(60)


async def serving(app: Starlette) -> tuple[HttpServer, str]:
    port = free_port()
    server = HttpServer(app, "127.0.0.1", port)
    await server.start()
    return server, f"http://127.0.0.1:{port}"


async def test_open_requests_are_finished_before_it_stops():
    server, url = await serving(Starlette(routes=[Route("/slow", slow)]))
    async with httpx.AsyncClient() as client:
        asked = asyncio.create_task(client.get(f"{url}/slow"))
        await asyncio.sleep(0.1)
        await server.stop()
        assert (await asked).text == "done"


async def test_a_port_that_is_taken_is_an_error_at_once():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            await HttpServer(Starlette(), "127.0.0.1", taken.getsockname()[1]).start()


async def test_readiness_names_what_is_away_and_what_hangs():
    server, url = await serving(Starlette(routes=routes({"kafka": well, "redis": away, "postgres": hanging})))
    async with httpx.AsyncClient(timeout=10) as client:
        live, ready = await client.get(f"{url}/health/live"), await client.get(f"{url}/health/ready")
    await server.stop()
    assert live.status_code == 200
    assert ready.status_code == 503
    checks = ready.json()["checks"]
    assert checks["kafka"] == "ok"
    assert "refused" in checks["redis"]
    assert "Timeout" in checks["postgres"]


async def test_readiness_is_200_where_all_answer_and_metrics_are_in_prometheus_form():
    server, url = await serving(Starlette(routes=routes({"kafka": well})))
    async with httpx.AsyncClient() as client:
        ready, metrics = await client.get(f"{url}/health/ready"), await client.get(f"{url}/metrics")
    await server.stop()
    assert ready.json() == {"status": "ok", "checks": {"kafka": "ok"}}
    assert "process_cpu_seconds_total" in metrics.text
