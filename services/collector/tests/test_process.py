"""The process as it is started, on real engines: what it answered 202 is in Kafka, and nothing of it in its log."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from contract.beacon import Beacon
from contract.envelope import decode_beacons, read_head
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry, Site
from local_stack.ports import free_port
from redis.asyncio import Redis
from tideline.topics import create_topics
from tides.almanac import needed
from tides.holder import TideHolder, wall_clock_ms
from tides.mint import mint
from tides.store import RedisSecrets, redis_client

CANARIES = ("198.51.100.77", "CanaryAgent", "canaryquery", "canaryuser", "canaryprop")


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = redis_client(f"{redis_url.rpartition('/')[0]}/4")
    await client.flushdb()
    for name in needed(wall_clock_ms()):
        await RedisSecrets(client).put(name, mint(name))
    body = msgspec.json.encode(Registry((Site(1, "shop.example"),)))
    await client.mset({REDIS_REGISTRY_KEY: body, REDIS_REGISTRY_DIGEST_KEY: "1"})
    yield client
    await client.aclose()


@pytest.fixture
async def environ(kafka_url: str, redis_url: str, redis: Redis, tmp_path: Path) -> dict[str, str]:
    await create_topics(kafka_url, 4)
    return {
        "KAFKA_URL": kafka_url,
        "REDIS_URL": f"{redis_url.rpartition('/')[0]}/4",
        "PORT": str(free_port()),
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "STATE_DIR": str(tmp_path),
    }


@asynccontextmanager
async def running(environ: dict[str, str]) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "collector", env={**os.environ, **environ}, stderr=asyncio.subprocess.PIPE
    )
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{environ['PORT']}", timeout=10)
    try:
        await wait_until_ready(client)
        yield process, client
    finally:
        await client.aclose()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def wait_until_ready(client: httpx.AsyncClient) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if (await client.get("/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("not ready in time")


async def stored(environ: dict[str, str]) -> list[Beacon]:
    """Every beacon in the topic that this Redis' keys open."""
    tides = TideHolder(RedisSecrets(redis_client(environ["REDIS_URL"])))
    await tides.refresh()
    consumer = AIOKafkaConsumer(bootstrap_servers=urlsplit(environ["KAFKA_URL"]).netloc)
    await consumer.start()
    found = []
    places = [TopicPartition("beacons", number) for number in range(4)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    for place, end in (await consumer.end_offsets(places)).items():
        while await consumer.position(place) < end:
            value = (await consumer.getone(place)).value
            key = tides.key_of(read_head(value).key_id)
            found += decode_beacons(value, key) if key else []
    await consumer.stop()
    await tides.stop()
    return found


async def test_every_202_is_in_kafka_once_though_the_process_is_stopped_under_load(environ: dict[str, str]):
    accepted: list[str] = []

    async def visit(client: httpx.AsyncClient, visitor: int) -> None:
        for page in range(1_000):
            url = f"https://shop.example/{visitor}/{page}"
            try:
                answer = await client.post("/api/event", json={"n": "pageview", "u": url})
            except httpx.TransportError:
                return
            if answer.status_code != 202:
                return
            accepted.append(url)

    async with running(environ) as (process, client):
        visits = [asyncio.create_task(visit(client, visitor)) for visitor in range(20)]
        await asyncio.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*visits)
        await process.communicate()
        assert process.returncode == 0
    found = [beacon.url for beacon in await stored(environ)]
    assert len(accepted) > 20
    assert set(accepted) <= set(found)
    assert len(found) == len(set(found))


async def test_nothing_of_a_visitor_is_in_the_log(environ: dict[str, str]):
    async with running(environ) as (process, client):
        headers = {"x-forwarded-for": CANARIES[0], "user-agent": CANARIES[1]}
        body = {"n": "pageview", "u": f"https://shop.example/?q={CANARIES[2]}", "p": {"k": CANARIES[4]}}
        assert (await client.post("/api/event", json=body, headers=headers)).status_code == 202
        for wrong in (body | {"p": {"k": CANARIES[4] * 1000}}, body | {"d": CANARIES[2]}, {"n": CANARIES[2]}):
            await client.post("/api/event", json=wrong, headers=headers)
        report = {"event_type": "x", "user_id": CANARIES[3], "metadata": {"page_url": body["u"]}}
        await client.post("/api/v1/events?q=canaryquery", json=report, headers=headers)
        await client.get(f"/nowhere?q={CANARIES[2]}", headers=headers)
        process.send_signal(signal.SIGTERM)
        _, logged = await process.communicate()
    assert b"started" in logged
    for canary in CANARIES:
        assert canary.encode() not in logged


async def test_a_restart_while_redis_has_lost_the_registry_still_knows_the_sites(environ: dict[str, str], redis: Redis):
    async with running(environ) as (_, client):
        assert (await client.get("/health/ready")).status_code == 200
    await redis.delete(REDIS_REGISTRY_KEY, REDIS_REGISTRY_DIGEST_KEY)
    async with running(environ) as (_, client):
        answer = await client.post("/api/event", json={"n": "pageview", "u": "https://shop.example/"})
        assert answer.headers.get("x-plausible-dropped") is None
        assert answer.status_code == 202
