"""A tide, visitors, envelopes as a collector makes them, and the log in memory: what every test of this folder uses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from itertools import count

import msgspec
import pytest
from contract.beacon import Beacon
from contract.dead_letter import DeadLetter
from contract.dead_letter_limit import DeadLetterLimit
from contract.envelope import VERSION, BeaconEnvelopeHead, EventEnvelope, decode_events, encode_beacons, encode_events
from contract.tide import Tide, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from enricher.envelope_to_events import Enriched, enrich
from enricher.live_sessions import LiveSessions
from enricher.lookups import Lookups, remembered
from enricher.partitions import Partitions
from enricher.ports import Record
from enricher.record_to_beacons import Opener
from enricher.record_to_section import SectionMaker
from enricher.steps.client import Client
from enricher.steps.draft import World, origin_of
from enricher.steps.place import NOWHERE
from tides.awaiting import AwaitedSecrets

NOON_MS = 1_763_899_200_000
"""2025-11-23, 12:00 UTC."""
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
INCARNATION = bytes(range(16))
EPOCH = b"\x01epoch!!"


class StaticSecrets:
    """`Secrets` of a few days around `NOON_MS`; days can be taken away and put back."""

    def __init__(self, around_ms: int = NOON_MS) -> None:
        self.tides = {tide.day: tide for tide in (self._tide(around_ms, days) for days in (-2, -1, 0, 1))}
        self.gone: set[str] = set()

    @staticmethod
    def _tide(around_ms: int, days: int) -> Tide:
        day = day_of(around_ms + days * 86_400_000)
        seed = day.encode() * 4
        return Tide(day, seed[:16], seed[3:19], seed[:32])

    def salt_of(self, day: str) -> bytes | None:
        return None if day in self.gone or day not in self.tides else self.tides[day].salt

    def key_of(self, key_id: bytes) -> AESGCM | None:
        found = [t for t in self.tides.values() if t.key_id == key_id and t.day not in self.gone]
        return AESGCM(found[0].key) if found else None


class MemoryLog:
    """`Log` in memory, with the records as bytes, as Kafka has them."""

    def __init__(self) -> None:
        self.source: list[Record] = []
        self.first = 0
        self.events: list[tuple[int, int, bytes]] = []
        self.letters: list[DeadLetter] = []
        self.group_offset = 0
        self.topic_id = INCARNATION
        self.unacknowledged = False

    def envelopes(self, partition: int = 0) -> list[EventEnvelope]:
        return [decode_events(value) for p, _, value in self.events if p == partition]

    async def incarnation(self) -> bytes:
        return self.topic_id

    async def committed(self, partition: int) -> int:
        return min(self.group_offset, (await self.ends([partition]))[partition])

    async def ends(self, partitions: Collection[int]) -> dict[int, int]:
        return {one: sum(record.partition == one for record in self.source) for one in partitions}

    async def first_offset(self, _: int) -> int:
        return self.first

    async def tail(self, partition: int, silence_ms: int) -> AsyncIterator[tuple[int, EventEnvelope]]:
        mine = [(time_ms, value) for p, time_ms, value in self.events if p == partition]
        for time_ms, value in mine:
            if time_ms >= mine[-1][0] - silence_ms:
                yield time_ms, decode_events(value)

    async def beacons(self, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        for record in self.source:
            if record.partition == partition and max(start, self.first) <= record.offset < end:
                yield record

    async def emit(self, partition: int, envelope: EventEnvelope, timestamp_ms: int) -> Awaitable[None]:
        self.events.append((partition, timestamp_ms, encode_events(envelope)))
        return asyncio.ensure_future(self._acknowledged())

    async def _acknowledged(self) -> None:
        await asyncio.sleep(0)
        if self.unacknowledged:
            raise TimeoutError

    async def bury(self, letter: DeadLetter) -> None:
        self.letters.append(letter)


@pytest.fixture
def secrets() -> StaticSecrets:
    return StaticSecrets()


@pytest.fixture
def make_secrets() -> Callable[[int], StaticSecrets]:
    return StaticSecrets


@pytest.fixture
def memory_log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def beacon() -> Callable[..., Beacon]:
    """A pageview of site 1 by one Firefox at noon; keywords change it."""

    def make(**changes: object) -> Beacon:
        plain = Beacon(1, NOON_MS, "203.0.113.9", FIREFOX, "pageview", "https://shop.example/")
        return msgspec.structs.replace(plain, **changes)

    return make


@pytest.fixture
def lookups() -> Lookups:
    """Every user agent with `bot` in it is one, all others are Firefox on a desktop; every address is nowhere."""

    def client_of(user_agent: str) -> Client:
        return Client("bot" in user_agent, "Desktop", "Firefox", "145.0", "GNU/Linux", "")

    return remembered(client_of, lambda _: NOWHERE, 100)


@pytest.fixture
def sealed(secrets: StaticSecrets) -> Callable[..., bytes]:
    """The value of a `beacons` record: beacons and a sequence number in, sealed under the key of noon's day."""

    def make(beacons: list[Beacon], sequence: int, epoch: bytes = EPOCH, day: str = day_of(NOON_MS), **head: object):
        tide = secrets.tides[day]
        clear = BeaconEnvelopeHead(VERSION, epoch, 0, sequence, tide.key_id, **head)
        return encode_beacons(clear, beacons, AESGCM(tide.key))

    return make


@pytest.fixture
def noon_ms() -> int:
    return NOON_MS


@pytest.fixture
def salts(secrets: StaticSecrets) -> dict[int, bytes]:
    """The salts of two days before noon's to the day after, by whole days since 1970."""
    today = NOON_MS // 86_400_000
    return {today + days: secrets.salt_of(day_of(NOON_MS + days * 86_400_000)) for days in (-2, -1, 0, 1)}


@pytest.fixture
def enriching(lookups: Lookups, salts: dict[int, bytes]) -> Callable[..., Enriched]:
    """Enrich one envelope after the other over the same sessions."""
    sessions, offsets = LiveSessions(), count()

    def run(*beacons: Beacon, over: LiveSessions = sessions) -> Enriched:
        origin = origin_of(INCARNATION, 0, next(offsets))
        return enrich(beacons, World(origin, salts, over, lookups))

    return run


@pytest.fixture
def opener(secrets: StaticSecrets) -> Opener:
    """Opens with `secrets`, an hour after noon, and looks again at once."""
    return Opener(secrets, AwaitedSecrets(secrets, now_s=lambda: NOON_MS / 1_000 + 3_600, look_again_s=0.001))


@pytest.fixture
def section_maker(opener: Opener, lookups: Lookups, memory_log: MemoryLog) -> SectionMaker:
    return SectionMaker(opener, lookups, memory_log, DeadLetterLimit(3), steady_s=lambda: 0.0)


@pytest.fixture
def partitions(memory_log: MemoryLog, section_maker: SectionMaker) -> Partitions:
    return Partitions(memory_log, section_maker)


@pytest.fixture
def source(memory_log: MemoryLog, sealed: Callable[..., bytes]) -> Callable[..., Record]:
    """Append an envelope to `beacons[0]` in memory: its beacons in, its record out."""

    def append(*beacons: Beacon, value: bytes | None = None, sequence: int | None = None, **more: object) -> Record:
        offset = len(memory_log.source)
        made = sealed(list(beacons), offset + 1 if sequence is None else sequence, **more) if value is None else value
        memory_log.source.append(Record(0, offset, NOON_MS + offset, made))
        return memory_log.source[-1]

    return append
