"""When storage is complete past a time: collectors first, then the ends, then what the sink has stored."""

import asyncio
from contextlib import suppress

import pytest
from contract.progress import StoredMark
from repeats.completeness import Completeness

from services.repeats.tests.conftest import NOW_MS
from services.repeats.tests.in_memory import Outside

GRACE_S = 10.0


@pytest.fixture
def outside() -> Outside:
    return Outside()


async def is_past(outside: Outside, received_ms: int = NOW_MS) -> bool:
    waiting = Completeness(outside, outside, GRACE_S, look_again_s=0.001).past(received_ms)
    with suppress(TimeoutError):
        await asyncio.wait_for(waiting, 0.1)
        return True
    return False


async def test_it_is_once_collectors_are_past_and_the_sink_has_stored_to_the_ends(outside):
    assert await is_past(outside)


@pytest.mark.parametrize(("after_ms", "holds"), [(-1, False), (10_000, False), (10_001, True)])
async def test_collectors_must_be_past_by_more_than_the_grace(outside, after_ms, holds):
    outside.oldest = NOW_MS + after_ms
    assert await is_past(outside) is holds


async def test_it_is_not_while_no_collector_is_known_of(outside):
    outside.oldest = None
    assert not await is_past(outside)
    assert set(outside.asked) == {"collectors"}


async def test_the_ends_are_asked_for_only_after_the_collectors(outside):
    await is_past(outside)
    assert outside.asked.index("collectors") < outside.asked.index("bounds")


@pytest.mark.parametrize(
    "mark", [None, StoredMark(3, "aa"), StoredMark(4, "bb"), StoredMark(-1, "")], ids=["none", "behind", "other", "new"]
)
async def test_it_is_not_while_the_sink_is_behind_or_speaks_of_another_life_of_the_topic(outside, mark):
    outside.told = {} if mark is None else {0: mark}
    assert not await is_past(outside)


async def test_what_retention_has_emptied_is_not_waited_for(outside):
    outside.ends, outside.told = {0: (5, 5), 1: (0, 0)}, {}
    assert await is_past(outside)


async def test_ends_that_grow_meanwhile_are_not_run_after(outside):
    outside.told = {0: StoredMark(3, "aa")}
    waiting = asyncio.create_task(Completeness(outside, outside, GRACE_S, look_again_s=0.001).past(NOW_MS))
    await asyncio.sleep(0.02)
    outside.ends[0] = (0, 900)
    outside.told = {0: StoredMark(4, "aa")}
    await asyncio.wait_for(waiting, 1)


async def test_a_topic_made_anew_meanwhile_has_other_ends(outside):
    outside.told = {0: StoredMark(3, "aa")}
    waiting = asyncio.create_task(Completeness(outside, outside, GRACE_S, look_again_s=0.001).past(NOW_MS))
    await asyncio.sleep(0.02)
    outside.life, outside.ends, outside.told = "bb", {0: (0, 1), 1: (0, 0)}, {0: StoredMark(0, "bb")}
    await asyncio.wait_for(waiting, 1)


async def test_whatever_is_away_is_asked_again(outside):
    outside.away = 5
    assert await is_past(outside)
