"""Opening an envelope: what it needs, what it waits for, and why it may never open."""

import asyncio
from itertools import count

import msgspec
import pytest
from contract.outcomes import DeadReason, Tally
from contract.tide import day_expires_at, day_of
from enricher.ports import Record
from enricher.record_to_beacons import Opener, UnopenableError, head_of
from tides.awaiting import AwaitedSecrets

DAY_MS = 86_400_000


def opener_of(secrets, **patience) -> Opener:
    return Opener(secrets, AwaitedSecrets(secrets, **patience))


async def opened(opener, record):
    return await opener.open(record, head_of(record))


async def test_an_envelope_opens_with_the_salts_of_its_days_and_of_those_beside_them(
    opener, source, beacon, salts, noon_ms
):
    late = beacon(age_ms=13 * 3_600_000)
    found = await opened(opener, source(beacon(), late))
    today = noon_ms // DAY_MS
    assert found.beacons == [beacon(), late]
    assert found.salts == {day: salts[day] for day in (today + 1, today, today - 1, today - 2)}
    assert found.expired == []


async def test_a_key_that_is_unknown_just_now_is_waited_for(opener, secrets, source, beacon, noon_ms):
    record = source(beacon())
    secrets.gone.add(day_of(noon_ms))
    opening = asyncio.create_task(opened(opener, record))
    await asyncio.sleep(0.02)
    assert not opening.done()
    secrets.gone.clear()
    assert (await opening).beacons == [beacon()]


async def test_a_salt_that_is_unknown_just_now_is_waited_for(opener, secrets, source, beacon, noon_ms):
    secrets.gone.add(day_of(noon_ms - DAY_MS))
    opening = asyncio.create_task(opened(opener, source(beacon(age_ms=13 * 3_600_000))))
    await asyncio.sleep(0.02)
    assert not opening.done()
    secrets.gone.clear()
    assert len((await opening).beacons) == 1


async def test_a_key_whose_days_place_another_tide_has_taken_is_waited_for_once_and_then_counted_as_expired(
    secrets, source, beacon, noon_ms
):
    record = source(beacon())
    today = day_of(noon_ms)
    secrets.tides[today] = msgspec.structs.replace(secrets.tides[today], key_id=b"another key's id")
    clock = iter(noon_ms / 1_000 + tenth * 60 for tenth in range(1_000))
    opener = opener_of(secrets, now_s=lambda: next(clock), look_again_s=0.0)
    for _ in range(2):
        with pytest.raises(UnopenableError, match="expired"):
            await opened(opener, record)
    assert next(clock) < noon_ms / 1_000 + 3_600


async def test_a_key_is_waited_for_as_long_as_its_days_tide_is_missing(secrets, source, beacon, noon_ms):
    record = source(beacon())
    secrets.gone.add(day_of(noon_ms))
    clock = count(noon_ms // 1_000, 600)
    opening = asyncio.create_task(opened(opener_of(secrets, now_s=lambda: next(clock), look_again_s=0.001), record))
    await asyncio.sleep(0.02)
    assert not opening.done()
    secrets.gone.clear()
    assert (await opening).beacons == [beacon()]


async def test_a_key_whose_life_is_over_is_not_waited_for(secrets, source, beacon, noon_ms):
    record = source(beacon())
    secrets.gone.add(day_of(noon_ms))
    opener = opener_of(secrets, now_s=lambda: day_expires_at(day_of(noon_ms)))
    with pytest.raises(UnopenableError, match="expired"):
        await opened(opener, record)


async def test_a_beacon_whose_salt_is_gone_is_counted_as_expired_and_the_others_go_on(secrets, source, beacon, noon_ms):
    old = beacon(age_ms=37 * 3_600_000)
    secrets.gone.add(day_of(noon_ms - 2 * DAY_MS))
    opener = opener_of(secrets, now_s=lambda: day_expires_at(day_of(noon_ms - 2 * DAY_MS)))
    found = await opened(opener, source(old, beacon(), old))
    assert found.beacons == [beacon()]
    assert found.expired == [Tally(1, noon_ms // 60_000, DeadReason.EXPIRED.value, 2)]


async def test_an_altered_envelope_is_forged(opener, source, beacon):
    value = bytearray(source(beacon()).value)
    value[-1] ^= 1
    with pytest.raises(UnopenableError) as error:
        await opened(opener, source(value=bytes(value)))
    assert error.value.reason is DeadReason.FORGED


@pytest.mark.parametrize("value", [b"", b"\xc1", b"hello", b"\x90"])
def test_bytes_that_are_no_envelope_are_unreadable(value):
    with pytest.raises(UnopenableError) as error:
        head_of(Record(0, 0, 0, value))
    assert error.value.reason is DeadReason.UNREADABLE


def test_a_version_of_the_future_is_told_apart():
    with pytest.raises(UnopenableError) as error:
        head_of(Record(0, 0, 0, b"\x93\x63\xc0\xc0"))
    assert error.value.reason is DeadReason.UNKNOWN_VERSION
