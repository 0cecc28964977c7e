"""The holder against a store that comes, goes, and forgets."""

import asyncio
import logging

import pytest
from tides.almanac import DAY_MS, SecretName, needed
from tides.held import read_tide
from tides.holder import NoTideError, TideHolder
from tides.memory import MemorySecrets
from tides.mint import mint
from tides.store import RedisSecrets, redis_client

DAY = SecretName("tide", "2026-11-23")
NOON_MS = DAY.days.start * DAY_MS + DAY_MS // 2


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


def filled(now_ms: int = NOON_MS) -> MemorySecrets:
    store = MemorySecrets()
    store.kept = {name: mint(name) for name in needed(now_ms)}
    return store


async def test_what_the_store_has_is_known_after_the_start():
    store = filled()
    holder = TideHolder(store, Clock())
    await holder.start()
    await holder.ready()
    tide = read_tide(DAY, store.kept[DAY])
    assert holder.current(NOON_MS) == tide
    assert holder.salt_of("2026-11-23") == tide.salt
    assert holder.key_of(tide.key_id) is not None
    assert holder.routing_secret(NOON_MS) == store.kept[SecretName("routing", "2026-11")]
    await holder.stop()


async def test_a_store_that_is_away_at_the_start_is_not_ready_and_heals():
    store = filled()
    store.away = True
    holder = TideHolder(store, Clock(), refresh_s=0.01)
    await holder.start()
    with pytest.raises(NoTideError):
        await holder.ready()
    store.away = False
    await asyncio.sleep(0.2)
    await holder.ready()
    await holder.stop()


async def test_a_store_that_goes_away_takes_nothing_with_it():
    store = filled()
    holder = TideHolder(store, Clock())
    await holder.refresh()
    store.away = True
    await holder.refresh()
    await holder.ready()


async def test_a_store_that_was_emptied_gets_everything_back_unchanged():
    store = filled()
    before = dict(store.kept)
    holder = TideHolder(store, Clock())
    await holder.refresh()
    store.kept.clear()
    await holder.refresh()
    assert store.kept == before


async def test_what_another_process_wrote_first_wins_and_the_old_key_still_opens():
    store = filled()
    holder = TideHolder(store, Clock())
    await holder.refresh()
    old = holder.current(NOON_MS)
    assert old is not None
    store.kept[DAY] = mint(DAY)
    await holder.refresh()
    assert holder.current(NOON_MS) == read_tide(DAY, store.kept[DAY])
    assert holder.key_of(old.key_id) is not None


async def test_an_expired_tide_is_dropped_and_never_put_back():
    store, clock = filled(), Clock()
    holder = TideHolder(store, clock)
    await holder.refresh()
    store.kept.clear()
    clock.now_ms = DAY.expires_at_s * 1000
    await holder.refresh()
    assert DAY not in store.kept
    assert holder.salt_of(DAY.period) is None


async def test_an_expired_tide_is_dropped_also_while_the_store_is_away():
    store, clock = filled(), Clock()
    holder = TideHolder(store, clock)
    await holder.refresh()
    store.away = True
    clock.now_ms = DAY.expires_at_s * 1000
    await holder.refresh()
    assert holder.salt_of(DAY.period) is None


async def test_at_midnight_the_next_tide_is_there_without_a_refresh():
    store = filled()
    holder = TideHolder(store, Clock())
    await holder.refresh()
    tomorrow = SecretName("tide", "2026-11-24")
    assert holder.current(NOON_MS + DAY_MS // 2) == read_tide(tomorrow, store.kept[tomorrow])


async def test_a_malformed_secret_is_passed_over():
    store = filled()
    store.kept[DAY] = b"garbage"
    holder = TideHolder(store, Clock())
    await holder.refresh()
    assert holder.current(NOON_MS) is None
    assert holder.routing_secret(NOON_MS) is not None


async def test_no_secret_is_ever_logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]):
    caplog.set_level(logging.DEBUG)
    store = filled()
    holder = TideHolder(store, Clock())
    await holder.refresh()
    store.kept.pop(DAY)
    await holder.refresh()
    tide = read_tide(DAY, store.kept[DAY])
    logged = caplog.text + "".join(capsys.readouterr())
    for secret in (tide.salt, tide.key):
        assert secret.hex() not in logged
        assert repr(secret) not in logged


async def test_a_flushed_redis_gets_its_secrets_back(own_redis_url: str):
    client = redis_client(own_redis_url)
    await client.flushdb()
    first = RedisSecrets(client)
    now_ms = TideHolder(MemorySecrets())._clock_ms()
    for name in needed(now_ms):
        await first.put(name, mint(name))
    holder = TideHolder(RedisSecrets(redis_client(own_redis_url)))
    await holder.refresh()
    await client.flushdb()
    await holder.refresh()
    assert set(await first.read(needed(now_ms))) == set(needed(now_ms))
    await holder.stop()
    await client.aclose()
