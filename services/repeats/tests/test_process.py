"""The process as it is run, with a batch in hand that waits: it says how it is, and stops at once."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from local_stack.ports import free_port
from runtime.kafka_topics import make_topics

TOPICS = ("beacons", "events", "dead-letters", "repeats")
STOPPED_WITHIN_S = 10


def _wait(what: Callable[[], object], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.1)


def _get(url: str) -> httpx.Response:
    try:
        return httpx.get(url, timeout=5)
    except httpx.HTTPError:
        return httpx.Response(503)


async def _append(servers: str, value: bytes) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    known = await admin.list_topics()
    await make_topics(admin, [NewTopic(name, 4, 1) for name in TOPICS if name not in known])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        await producer.send_and_wait("repeats", value, partition=0)


@pytest.fixture
def environment(kafka_url: str, redis_url: str, migrated_clickhouse_url: str) -> dict[str, str]:
    asyncio.run(_append(kafka_url.removeprefix("kafka://"), b"no envelope"))
    told = {"KAFKA_URL": kafka_url, "REDIS_URL": f"{redis_url.rpartition('/')[0]}/10"}
    return os.environ | told | {"CLICKHOUSE_URL": migrated_clickhouse_url, "PORT": str(free_port()), "GROUP_ID": "own"}


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "repeats"], env=environment, stderr=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_judge_that_waits_says_for_what_and_stops_at_once(environment, running):
    address = f"http://127.0.0.1:{environment['PORT']}"
    waiting = 'tideline_repeats_waiting{what="collectors"} 1.0'
    _wait(lambda: waiting in _get(f"{address}/metrics").text)
    assert _get(f"{address}/health/live").status_code == 200
    verdicts = _get(f"{address}/health/ready").json()["checks"]
    assert {name for name, verdict in verdicts.items() if verdict == "ok"} >= {"kafka", "clickhouse", "intake"}
    assert not verdicts["tides"].startswith("ok")
    began = time.monotonic()
    running.terminate()
    _, lines = running.communicate(timeout=30)
    assert time.monotonic() - began < STOPPED_WITHIN_S
    assert running.returncode == 0, lines.decode()
    assert b"no envelope" not in lines


def test_a_missing_setting_is_named(environment):
    bare = {name: value for name, value in environment.items() if name != "REDIS_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "repeats"], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "REDIS_URL" in done.stderr
