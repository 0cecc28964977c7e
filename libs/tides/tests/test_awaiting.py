"""What is waited for, for how long, and how whoever watches sees it."""

import asyncio
from contextlib import contextmanager

import pytest
from contract.tide import day_expires_at
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tides.awaiting import AwaitedSecrets

DAY = "2026-11-23"
EXPIRES_S = day_expires_at(DAY)
KEY = AESGCM(bytes(32))


class Held:
    """The tides in memory; what is missing can be put back."""

    def __init__(self) -> None:
        self.salts: dict[str, bytes] = {}
        self.keys: dict[bytes, AESGCM] = {}

    def salt_of(self, day: str) -> bytes | None:
        return self.salts.get(day)

    def key_of(self, key_id: bytes) -> AESGCM | None:
        return self.keys.get(key_id)


class Clock:
    def __init__(self, now_s: float = EXPIRES_S - 86_400) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def awaited(held, clock) -> AwaitedSecrets:
    return AwaitedSecrets(held, clock, look_again_s=0.001)


async def test_what_is_known_is_not_waited_for(held, awaited):
    held.salts[DAY], held.keys[b"k"] = b"salt", KEY
    assert (await awaited.key(b"k", DAY), await awaited.salt(DAY)) == (KEY, b"salt")


async def test_what_is_unknown_just_now_comes_as_soon_as_somebody_puts_it_back(held, awaited):
    waiting = asyncio.gather(awaited.key(b"k", DAY), awaited.salt(DAY))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    held.keys[b"k"] = KEY
    held.salts[DAY] = b"salt"
    assert await waiting == [KEY, b"salt"]


async def test_a_secret_whose_life_is_over_is_given_up(awaited, clock):
    clock.now_s = EXPIRES_S
    assert (await awaited.key(b"k", DAY), await awaited.salt(DAY)) == (None, None)


async def test_a_key_is_given_up_two_minutes_after_another_tide_has_taken_its_day_and_then_not_waited_for_again(
    held, awaited, clock
):
    held.salts[DAY] = b"another"
    waiting = asyncio.create_task(awaited.key(b"k", DAY))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    clock.now_s += 121
    assert await waiting is None
    assert await awaited.key(b"k", DAY) is None
    held.keys[b"k"] = KEY
    assert await awaited.key(b"k", DAY) is KEY


async def test_a_key_is_waited_for_as_long_as_its_days_tide_is_missing(held, awaited, clock):
    waiting = asyncio.create_task(awaited.key(b"k", DAY))
    clock.now_s += 3_600
    await asyncio.sleep(0.01)
    assert not waiting.done()
    held.keys[b"k"] = KEY
    assert await waiting is KEY


async def test_a_secret_of_the_present_is_waited_for_whatever_the_time(awaited, clock):
    clock.now_s = 2 * EXPIRES_S
    found = iter([None, None, b"here"])
    assert await awaited.known(lambda: next(found)) == b"here"


async def test_whoever_watches_sees_that_it_waits_and_lives(held, clock):
    seen: list[str] = []

    @contextmanager
    def waiting():
        seen.append("begins")
        yield
        seen.append("ends")

    awaited = AwaitedSecrets(held, clock, 0.001, waiting=waiting, beat=lambda: seen.append("beat"))
    task = asyncio.create_task(awaited.salt(DAY))
    await asyncio.sleep(0.01)
    assert awaited.is_waiting
    held.salts[DAY] = b"salt"
    await task
    assert (seen[0], seen[1], seen[-1]) == ("begins", "beat", "ends")
    assert not awaited.is_waiting
