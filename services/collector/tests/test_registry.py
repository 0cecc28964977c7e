"""What is known of sites, while Redis is there, away, or empty."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from collector.adapters.registry_poll import NoRegistryError, RegistryPoll
from collector.adapters.registry_snapshot import RegistrySnapshot
from collector.adapters.state_file import StateFile
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry, Site
from redis.asyncio import Redis
from tides.store import redis_client

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = redis_client(f"{redis_url.rpartition('/')[0]}/5")
    await client.flushdb()
    yield client
    await client.aclose()


async def publish(redis: Redis, *domains: str) -> None:
    body = msgspec.json.encode(Registry(tuple(Site(n, domain) for n, domain in enumerate(domains, 1))))
    await redis.mset({REDIS_REGISTRY_KEY: body, REDIS_REGISTRY_DIGEST_KEY: hashlib.sha256(body).hexdigest()})


def known(poll: RegistryPoll, domain: str) -> bool:
    register = poll.current()
    return register is not None and register.site(domain) is not None


async def test_a_new_site_is_known_after_the_next_look(redis: Redis):
    poll = RegistryPoll(redis, RegistrySnapshot(StateFile(None)), poll_s=0.02)
    await publish(redis, "one.example")
    await poll.start()
    await poll.ready()
    assert known(poll, "one.example")
    await publish(redis, "one.example", "two.example")
    await asyncio.sleep(0.2)
    assert known(poll, "two.example")
    await poll.stop()


async def test_an_emptied_redis_takes_no_site_away(redis: Redis):
    poll = RegistryPoll(redis, RegistrySnapshot(StateFile(None)))
    await publish(redis, "one.example")
    await poll.poll()
    await redis.flushdb()
    await poll.poll()
    assert known(poll, "one.example")


async def test_a_restart_without_redis_knows_the_sites_of_the_snapshot(redis: Redis, tmp_path: Path):
    first = RegistryPoll(redis, RegistrySnapshot(StateFile(tmp_path / "state" / "registry.json")))
    await publish(redis, "one.example")
    await first.poll()
    second = RegistryPoll(
        redis_client(AWAY, timeout_s=0.2), RegistrySnapshot(StateFile(tmp_path / "state" / "registry.json"))
    )
    await second.start()
    assert known(second, "one.example")
    await second.stop()


async def test_without_redis_and_snapshot_nothing_is_known_and_the_check_says_so(tmp_path: Path):
    poll = RegistryPoll(redis_client(AWAY, timeout_s=0.2), RegistrySnapshot(StateFile(tmp_path / "registry.json")))
    await poll.start()
    assert poll.current() is None
    with pytest.raises(NoRegistryError):
        await poll.ready()
    await poll.stop()


async def test_a_registry_that_is_malformed_replaces_nothing(redis: Redis):
    poll = RegistryPoll(redis, RegistrySnapshot(StateFile(None)))
    await publish(redis, "one.example")
    await poll.poll()
    await redis.mset({REDIS_REGISTRY_KEY: b"{", REDIS_REGISTRY_DIGEST_KEY: "other"})
    await poll.poll()
    assert known(poll, "one.example")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_a_torn_snapshot_is_as_none(tmp_path: Path, content: bytes):
    (tmp_path / "registry.json").write_bytes(content)
    assert RegistrySnapshot(StateFile(tmp_path / "registry.json")).read() is None


def test_a_snapshot_that_cannot_be_written_stops_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("")
    RegistrySnapshot(StateFile(tmp_path / "file" / "below" / "registry.json")).write(b"{}")
