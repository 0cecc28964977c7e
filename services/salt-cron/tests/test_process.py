"""The process as it is started, against real engines."""

import asyncio
import base64
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from contract.registry import REDIS_REGISTRY_KEY
from local_stack.ports import free_port
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from tides.almanac import needed

KEY = base64.urlsafe_b64encode(bytes(32)).decode()


@asynccontextmanager
async def running(environ: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "salt_cron", env={**os.environ, **environ}, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def ready(port: int, deadline_s: float = 20.0) -> dict[str, object]:
    until = time.monotonic() + deadline_s
    async with httpx.AsyncClient() as client:
        while time.monotonic() < until:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/health/ready")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 200:
                return dict(answer.json())
            await asyncio.sleep(0.1)
    raise AssertionError("not ready in time")


async def test_a_started_process_fills_redis_gets_ready_and_stops_on_sigterm(
    own_redis_url: str, migrated_postgres_url: str, redis: Redis, pool: AsyncConnectionPool
):
    port = free_port()
    environ = {"REDIS_URL": own_redis_url, "POSTGRES_URL": migrated_postgres_url, "PORT": str(port), "MASTER_KEY": KEY}
    async with running(environ) as process:
        await ready(port)
        for name in needed(time.time_ns() // 1_000_000):
            assert await redis.exists(name.redis_key)
        assert await redis.exists(REDIS_REGISTRY_KEY)
        process.send_signal(signal.SIGTERM)
        _, logged = await process.communicate()
    assert process.returncode == 0
    assert KEY.encode() not in logged


async def test_a_missing_master_key_is_named(own_redis_url: str, migrated_postgres_url: str):
    environ = {"REDIS_URL": own_redis_url, "POSTGRES_URL": migrated_postgres_url, "PORT": str(free_port())}
    async with running(environ) as process:
        _, logged = await process.communicate()
    assert process.returncode != 0
    assert b"MASTER_KEY_FILE" in logged
