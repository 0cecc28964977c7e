"""Lag as metrics tell it, and a stall as liveness tells it."""

from collections.abc import Callable

import pytest
from enricher import metrics
from enricher.progress import Progress
from runtime.heartbeat import Heartbeat, SilentError


class Clock:
    now_s = 100.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heartbeat(clock) -> Heartbeat:
    return Heartbeat(60.0, lambda: clock.now_s)


@pytest.fixture
def read_on() -> list[tuple[int, int]]:
    """Partition and end of what was asked to be read without Faust."""
    return []


@pytest.fixture
def looking(partitions, memory_log, heartbeat, read_on) -> Callable[..., Progress]:
    def make(is_excused: bool = False) -> Progress:
        asked = lambda *found: read_on.append(found)  # noqa: E731
        return Progress(partitions, lambda: {0}, memory_log, lambda: is_excused, heartbeat, asked)

    return make


def gauge(metric) -> float:
    return metric.labels(0)._value.get()


async def test_lag_is_told_in_records_events_and_seconds(looking, partitions, source, beacon):
    await partitions.carry([source(beacon(), beacon())])
    for _ in range(3):
        source(beacon())
    await looking().look()
    assert (gauge(metrics.LAG_RECORDS), gauge(metrics.LAG_EVENTS)) == (3, 6)
    assert gauge(metrics.LAG_S) > 86_400
    assert gauge(metrics.PROGRESS) > 0


async def test_no_lag_is_none_in_seconds_as_well(looking, partitions, source, beacon):
    await partitions.carry([source(beacon())])
    await looking().look()
    assert (gauge(metrics.LAG_RECORDS), gauge(metrics.LAG_S)) == (0, 0)


async def test_a_partition_that_has_records_before_it_and_does_not_move_is_a_stall(
    looking, partitions, source, beacon, clock, heartbeat
):
    await partitions.carry([source(beacon())])
    source(beacon())
    progress = looking()
    await progress.look()
    clock.now_s += 61
    await progress.look()
    with pytest.raises(SilentError, match="partition 0"):
        await heartbeat.check()


async def test_a_partition_that_is_never_rebuilt_is_a_stall(looking, clock, heartbeat):
    progress = looking()
    await progress.look()
    clock.now_s += 61
    await progress.look()
    with pytest.raises(SilentError):
        await heartbeat.check()


async def test_moving_ends_a_stall(looking, partitions, source, beacon, clock, heartbeat):
    await partitions.carry([source(beacon())])
    records = [source(beacon()), source(beacon())]
    progress = looking()
    await progress.look()
    clock.now_s += 61
    await partitions.carry(records[:1])
    await progress.look()
    await heartbeat.check()


async def test_a_partition_that_has_nothing_before_it_never_stalls(
    looking, partitions, source, beacon, clock, heartbeat
):
    await partitions.carry([source(beacon())])
    progress = looking()
    for _ in range(3):
        await progress.look()
        clock.now_s += 50
    await heartbeat.check()


async def test_who_waits_for_a_secret_or_is_held_is_not_to_be_restarted(looking, source, beacon, clock, heartbeat):
    """A restart would lose the secrets in memory, or go on where somebody must look first."""
    source(beacon())
    progress = looking(is_excused=True)
    await progress.look()
    clock.now_s += 61
    await progress.look()
    await heartbeat.check()


async def test_kafka_away_is_no_stall(looking, source, beacon, clock, heartbeat):
    source(beacon())
    progress = looking()
    await progress.look()
    clock.now_s += 61
    progress.lost_sight("progress")
    await heartbeat.check()
    await progress.look()
    await heartbeat.check()


async def test_a_partition_that_went_to_another_process_owes_nothing(
    partitions, memory_log, source, beacon, clock, heartbeat
):
    source(beacon())
    owned = {0}
    progress = Progress(partitions, lambda: owned, memory_log, lambda: False, heartbeat, lambda *_: None)
    await progress.look()
    owned.clear()
    clock.now_s += 61
    await progress.look()
    await heartbeat.check()


async def test_records_that_lay_there_a_look_ago_and_still_do_are_read_without_faust(
    looking, partitions, source, beacon, read_on
):
    await partitions.carry([source(beacon())])
    progress = looking()
    await progress.look()
    source(beacon())
    await progress.look()
    assert read_on == []
    source(beacon())
    await progress.look()
    assert read_on == [(0, 3)]


async def test_what_waits_for_a_secret_is_not_read_without_faust(looking, partitions, source, beacon, read_on):
    await partitions.carry([source(beacon())])
    source(beacon())
    progress = looking(is_excused=True)
    for _ in range(3):
        await progress.look()
    assert read_on == []
