"""The process as it is started, on real engines: what it answered 202 is in Kafka, and nothing of it in its log."""

import asyncio
import signal
import time

import httpx
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY
from redis.asyncio import Redis

from services.collector.tests.live import Collector, kept, records, running

CANARIES = ("198.51.100.77", "CanaryAgent", "canaryquery", "canaryuser", "canaryprop")
CONNECTIONS = 20
STOP_WITHIN_S = 15


async def visit(collector: Collector, visitor: int, accepted: list[str], others: list[str]) -> None:
    """One page after another on one connection, until there is no answer any more."""
    for page in range(100_000):
        url = f"https://shop.example/{visitor}/{page}"
        try:
            answer = await collector.send(url)
        except httpx.TransportError as error:
            others.append(type(error).__name__)
            return
        (accepted if answer.status_code == 202 else others).append(url)


async def test_a_stop_under_load_fails_nobody_beyond_those_in_flight_and_doubles_nothing(environ: dict[str, str]):
    accepted: list[str] = []
    others: list[str] = []
    async with running(environ) as collector:
        visits = [asyncio.create_task(visit(collector, number, accepted, others)) for number in range(CONNECTIONS)]
        await asyncio.sleep(1.0)
        began_s = time.monotonic()
        code, _ = await collector.end(signal.SIGTERM)
        took_s = time.monotonic() - began_s
        await asyncio.gather(*visits)
    assert code == 0
    assert took_s < STOP_WITHIN_S
    assert len(accepted) > CONNECTIONS
    # each connection ends once, when nobody listens any more; no answer was anything but 202
    assert len(others) == CONNECTIONS
    assert not [other for other in others if other.startswith("https")]
    found = [beacon.url for beacon in await kept(environ)]
    assert set(accepted) <= set(found)
    assert len(found) == len(set(found))
    assert len(found) <= len(accepted) + CONNECTIONS


async def test_nothing_of_a_visitor_is_in_the_log(environ: dict[str, str]):
    async with running(environ) as collector:
        headers = {"x-forwarded-for": CANARIES[0], "user-agent": CANARIES[1]}
        body = {"n": "pageview", "u": f"https://shop.example/?q={CANARIES[2]}", "p": {"k": CANARIES[4]}}
        assert (await collector.client.post("/api/event", json=body, headers=headers)).status_code == 202
        for wrong in (body | {"p": {"k": CANARIES[4] * 1000}}, body | {"d": CANARIES[2]}, {"n": CANARIES[2]}):
            await collector.client.post("/api/event", json=wrong, headers=headers)
        report = {"event_type": "x", "user_id": CANARIES[3], "metadata": {"page_url": body["u"]}}
        await collector.client.post("/api/v1/events?q=canaryquery", json=report, headers=headers)
        await collector.client.get(f"/nowhere?q={CANARIES[2]}", headers=headers)
        _, logged = await collector.end()
    assert b"started" in logged
    for canary in CANARIES:
        assert canary.encode() not in logged


async def test_a_restart_while_redis_has_lost_the_registry_still_knows_the_sites(environ: dict[str, str], redis: Redis):
    async with running(environ) as collector:
        assert await collector.ready()
    await redis.delete(REDIS_REGISTRY_KEY, REDIS_REGISTRY_DIGEST_KEY)
    async with running(environ) as collector:
        answer = await collector.send("https://shop.example/")
        assert answer.headers.get("x-plausible-dropped") is None
        assert answer.status_code == 202


async def test_a_repeat_is_in_the_topic_of_repeats_and_nowhere_else(environ: dict[str, str]):
    async with running(environ) as collector:
        before = len(await records(environ["KAFKA_URL"]))
        answer = await collector.send("https://shop.example/again", rid="a-1", rp=True, age=60_000)
        assert answer.status_code == 202
    (found,) = [beacon for beacon in await kept(environ, "repeats") if beacon.url == "https://shop.example/again"]
    assert (found.attempt_id, found.repeat, found.age_ms) == ("a-1", True, 60_000)
    assert len(await records(environ["KAFKA_URL"])) == before
