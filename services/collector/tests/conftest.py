"""A collector in one process: real endpoints, lanes and tides, and a log in memory whose envelopes can be opened."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from collector.adapters.memory_log import MemoryLog
from collector.beacon_endpoint import BeaconEndpoint
from collector.intake import intake
from collector.lanes import Lanes
from collector.reception import Reception
from collector.report_endpoint import ReportEndpoint
from collector.sealer import Sealer
from collector.shedding import Rate, Shedding
from collector.site_register import SiteRegister
from collector.standstill import Standstill
from collector.steps.client_address import TrustedProxies
from collector.tallies import Tallies
from contract.beacon import Beacon
from contract.envelope import BeaconEnvelopeHead, decode_beacons, read_head
from contract.registry import REDIS_REGISTRY_DIGEST_KEY, REDIS_REGISTRY_KEY, Registry, Site, WriteKey
from local_stack.ports import free_port
from redis.asyncio import Redis
from tideline.topics import create_topics
from tides.almanac import needed
from tides.holder import TideHolder, wall_clock_ms
from tides.memory import MemorySecrets
from tides.mint import mint
from tides.store import RedisSecrets, redis_client

REGISTRY = Registry(
    sites=(Site(1, "shop.example"), Site(2, "blog.example")),
    write_keys=(
        WriteKey(hashlib.sha256(b"tl_write").hexdigest()),
        WriteKey(hashlib.sha256(b"tl_blog").hexdigest(), 2),
    ),
)


class Registers:
    def __init__(self) -> None:
        self.register: SiteRegister | None = SiteRegister(REGISTRY)

    def current(self) -> SiteRegister | None:
        return self.register


class Desk:
    """What a test asks: `client` speaks HTTP, `beacons` and `heads` open what became durable."""

    def __init__(self, tracker_dir: str = "") -> None:
        secrets = MemorySecrets()
        secrets.kept = {name: mint(name) for name in needed(wall_clock_ms())}
        self.secrets = secrets
        self.tides = TideHolder(secrets)
        self.log = MemoryLog()
        self.tallies = Tallies()
        self.registers = Registers()
        sealer = Sealer(self.tides, self.tallies, wall_clock_ms, b"an epoch")
        self.lanes = Lanes(self.log, sealer, self.tallies, timeout_s=2.0, max_pending_bytes=200_000)
        self.shedding = Shedding(Rate(0, 0), Rate(0, 0))
        self.still_ms = 0
        self.standstill = Standstill(lambda: wall_clock_ms() + self.still_ms)
        reception = Reception(
            self.registers, self.tides, self.lanes, self.tallies, self.shedding, self.standstill, wall_clock_ms
        )
        proxies = TrustedProxies("127.0.0.0/8")
        checks = {"secrets": self.tides.ready, "lanes": self.lanes.ready}
        app = intake(BeaconEndpoint(reception, proxies), ReportEndpoint(reception, proxies), tracker_dir, checks)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://collector")

    async def post(self, path: str = "/api/event", **options: object) -> httpx.Response:
        return await self.client.post(path, **options)  # type: ignore[arg-type]

    def beacons(self) -> list[Beacon]:
        return [beacon for envelope in self.log.envelopes for beacon in self._open(envelope.value)]

    def heads(self) -> list[BeaconEnvelopeHead]:
        return [read_head(envelope.value) for envelope in self.log.envelopes]

    def _open(self, value: bytes) -> list[Beacon]:
        key = self.tides.key_of(read_head(value).key_id)
        assert key is not None
        return decode_beacons(value, key)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    opened = Desk()
    await opened.tides.start()
    await opened.lanes.start()
    await asyncio.sleep(0.01)
    yield opened
    await opened.client.aclose()
    await opened.lanes.stop()
    await opened.tides.stop()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A Redis database of this test's own, with today's secrets and one site."""
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
    """What a real process is told."""
    await create_topics(kafka_url, 4)
    return {
        "KAFKA_URL": kafka_url,
        "REDIS_URL": f"{redis_url.rpartition('/')[0]}/4",
        "PORT": str(free_port()),
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "STATE_DIR": str(tmp_path),
        "ADDRESS_RATE_PER_S": "0",
    }
