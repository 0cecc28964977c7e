"""The process as it runs: starts without its stores, answers on its port, stops at once when told to."""

import asyncio
import os
import signal
import sys

import httpx
from local_stack.ports import free_port


async def test_the_service_starts_without_its_stores_and_stops_on_sigterm():
    port = free_port()
    stores = {"POSTGRES_URL": "postgresql://a@127.0.0.1:9/b", "CLICKHOUSE_URL": "http://a:b@127.0.0.1:9/c"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "query_api"),
        env={**os.environ, **stores, "PORT": str(port)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await until_answered(client, "/health/live")).status_code == 200
            assert (await client.get("/health/ready")).status_code == 503
            assert (await client.get("/metrics")).status_code == 200
            assert (await client.post("/api/v2/query", json={})).status_code == 401
        process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), 15)
        assert process.returncode == 0
        assert b'"stopped"' in told
        assert b"Traceback" not in told
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_running_service_answers_over_http(shore, visit, migrated_clickhouse_url, migrated_postgres_url):
    shore.add(visit(("2026-11-02T10:00", "/")))
    port = free_port()
    stores = {"POSTGRES_URL": migrated_postgres_url, "CLICKHOUSE_URL": migrated_clickhouse_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "query_api"), env={**os.environ, **stores, "PORT": str(port)}
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=shore.api.headers) as client:
            assert (await until_answered(client, "/health/ready")).status_code == 200
            question = {"site_id": shore.domain, "metrics": ["visits"], "date_range": ["2026-11-02", "2026-11-02"]}
            answer = await client.post("/api/v2/query", json=question)
            assert answer.json()["results"] == [{"metrics": [1], "dimensions": []}]
            measures = (await client.get("/metrics")).text
            assert 'tideline_query_api_answers_total{route="/api/v2/query",status="200"} 1.0' in measures
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def until_answered(client: httpx.AsyncClient, path: str) -> httpx.Response:
    for _ in range(200):
        try:
            return await client.get(path)
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise TimeoutError(path)


async def test_a_missing_setting_is_named():
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "query_api"), env=environ, stderr=asyncio.subprocess.PIPE
    )
    _, told = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode != 0
    assert b"POSTGRES_URL" in told
