"""A log with a spool before it: nothing overtakes, nothing is forgotten, and a doubtful envelope keeps its number."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import pytest
from collector.adapters.disk_spool import DiskSpool
from collector.adapters.memory_log import MemoryLog
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError
from collector.spooling_log import SpoolingLog

LANE, OTHER = LaneName("beacons", 0), LaneName("repeats", 0)
PATIENCE_S = 0.1


class Rig:
    """A log in memory behind a spool on disk."""

    def __init__(self, folder: Path, most_bytes: int = 10_000_000) -> None:
        self.kafka = MemoryLog()
        self.spool = DiskSpool(folder, most_bytes)
        self.log = SpoolingLog(self.kafka, self.spool, PATIENCE_S, self.kafka.partitions)

    async def __aenter__(self) -> Self:
        await self.spool.start()
        await self.log.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.log.stop()
        await self.spool.stop()

    async def append(self, *sequences: int, lane: LaneName = LANE) -> None:
        for sequence in sequences:
            await self.log.append(Envelope(lane, sequence, 0, sequence, bytes(10)))

    def in_log(self, lane: LaneName = LANE) -> list[int]:
        return [one.sequence for one in self.kafka.envelopes if one.lane == lane]

    async def replayed(self) -> None:
        async with asyncio.timeout(5):
            while len(self.spool):  # noqa: ASYNC110  a disk cannot be awaited
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.spooling_log._PAUSE_S", 0.02)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with Rig(tmp_path) as opened:
        yield opened


async def test_while_kafka_answers_nothing_touches_the_disk(rig: Rig):
    await rig.append(1, 2, 3)
    assert rig.in_log() == [1, 2, 3]
    assert rig.spool.size_bytes == 0
    assert not rig.log.began.is_set()
    assert await rig.log.ready() == ""


async def test_what_kafka_refuses_is_durable_at_once_and_in_kafka_later_in_order(rig: Rig):
    rig.kafka.away = True
    await rig.append(1, 2, 3)
    assert rig.in_log() == []
    assert rig.log.began.is_set()
    assert await rig.log.ready() == "3 envelopes are spooled"
    rig.kafka.away = False
    await rig.replayed()
    assert rig.in_log() == [1, 2, 3]


async def test_what_is_new_queues_behind_the_spool_though_kafka_is_back(rig: Rig):
    rig.kafka.away = True
    await rig.append(1)
    rig.kafka.away = False
    await rig.append(2, 3)
    await rig.replayed()
    await rig.append(4)
    assert rig.in_log() == [1, 2, 3, 4]


async def test_a_lane_in_trouble_holds_up_no_other(rig: Rig):
    append = rig.kafka.append_run

    async def refuse_one(envelopes):
        if envelopes[0].lane == LANE:
            raise NotAppendedError("no leader")
        await append(envelopes)

    rig.kafka.append_run = refuse_one
    await rig.append(1, 2)
    await rig.append(1, 2, lane=OTHER)
    assert (rig.in_log(), rig.in_log(OTHER), len(rig.spool)) == ([], [1, 2], 2)
    rig.kafka.append_run = append
    await rig.replayed()
    assert rig.in_log() == [1, 2]


async def test_what_timed_out_and_came_all_the_same_is_there_twice_under_one_number(rig: Rig):
    rig.kafka.gate.clear()
    await rig.append(1)
    await rig.append(2)
    rig.kafka.gate.set()
    await rig.replayed()
    found = rig.in_log()
    assert found[0] == 1
    assert [number for place, number in enumerate(found) if number > max(found[:place], default=0)] == [1, 2]


async def test_an_earlier_lifes_envelopes_come_first_also_after_a_kill_in_mid_replay(tmp_path: Path):
    async with Rig(tmp_path) as first:
        first.kafka.away = True
        await first.append(1, 2, 3)
    async with Rig(tmp_path) as second:
        second.kafka.gate.clear()
        await asyncio.sleep(0.05)
        assert second.in_log() == [1, 2, 3]
    async with Rig(tmp_path) as third:
        await third.append(101)
        await third.replayed()
        await third.append(102)
        assert third.in_log() == [1, 2, 3, 101, 102]


async def test_what_neither_takes_is_not_promised(tmp_path: Path):
    async with Rig(tmp_path, most_bytes=0) as rig:
        assert await rig.log.ready() == ""
        rig.kafka.away = True
        with pytest.raises(NotAppendedError, match="full"):
            await rig.append(1)
        with pytest.raises(NotAppendedError, match="full"):
            await rig.log.ready()
        rig.kafka.away = False
        await rig.append(2)
        assert rig.in_log() == [2]


async def test_a_disk_that_cannot_be_read_is_asked_again(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    first, failures = rig.spool.first, [2]

    async def fail_twice(lane: LaneName, most_bytes: int) -> list[Envelope]:
        if failures[0]:
            failures[0] -= 1
            raise OSError("the disk is gone")
        return await first(lane, most_bytes)

    monkeypatch.setattr(rig.spool, "first", fail_twice)
    rig.kafka.away = True
    await rig.append(1)
    rig.kafka.away = False
    await rig.replayed()
    assert rig.in_log() == [1]


async def test_a_replay_that_breaks_ends_the_process(rig: Rig):
    async def break_down(_):
        raise ValueError("a mistake of ours")

    rig.kafka.away = True
    await rig.append(1)
    rig.kafka.append_run = break_down
    async with asyncio.timeout(2):
        with pytest.raises(ValueError, match="mistake"):
            await rig.log.failed()
