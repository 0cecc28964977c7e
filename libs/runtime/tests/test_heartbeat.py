"""Loops that beat are alive, one that fell silent is named."""

import httpx
import pytest
from runtime.health import routes
from runtime.heartbeat import Heartbeat, SilentError
from starlette.applications import Starlette

from libs.runtime.tests.clock import Clock


@pytest.fixture
def heartbeat(clock: Clock) -> Heartbeat:
    return Heartbeat(10, clock)


async def test_nobody_is_stuck_before_anybody_began(heartbeat: Heartbeat):
    await heartbeat.check()


async def test_a_loop_that_beats_in_time_is_alive(heartbeat: Heartbeat, clock: Clock):
    for _ in range(5):
        heartbeat.beat("partition 1")
        clock.now_s += 10
        await heartbeat.check()


async def test_a_silent_loop_is_named_beside_others_that_beat(heartbeat: Heartbeat, clock: Clock):
    heartbeat.beat("partition 1")
    clock.now_s += 11
    heartbeat.beat("partition 2")
    with pytest.raises(SilentError, match=r"within 10 s: partition 1$"):
        await heartbeat.check()


async def test_a_loop_that_ended_owes_no_beats(heartbeat: Heartbeat, clock: Clock):
    heartbeat.beat("partition 1")
    heartbeat.forget("partition 1")
    clock.now_s += 11
    await heartbeat.check()


async def test_a_stuck_loop_fails_liveness_and_nothing_else_does(heartbeat: Heartbeat, clock: Clock):
    async def away() -> None:
        raise ConnectionError

    app = Starlette(routes=routes({"store": away}, {"progress": heartbeat.check}))
    heartbeat.beat("partition 1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://runtime.test") as client:
        assert (await client.get("/health/live")).json() == {"status": "ok", "checks": {"progress": "ok"}}
        assert (await client.get("/health/ready")).status_code == 503
        clock.now_s += 11
        stuck = await client.get("/health/live")
    assert (stuck.status_code, stuck.json()["status"]) == (503, "stuck")
    assert "partition 1" in stuck.json()["checks"]["progress"]
