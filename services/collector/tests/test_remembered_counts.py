"""How many partitions there are: Kafka's word first, the last one remembered, and never two in one life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from collector.adapters.kafka_log import PartitionsChangedError
from collector.adapters.memory_log import MemoryLog
from collector.adapters.remembered_counts import RememberedCounts
from collector.adapters.state_file import StateFile

TOPICS = ("beacons", "repeats")


class SlowLog(MemoryLog):
    """A log that cannot be asked until `back` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.back = asyncio.Event()

    async def partitions(self, topic: str) -> int:
        await self.back.wait()
        return await super().partitions(topic)


@asynccontextmanager
async def remembering(log: MemoryLog, folder: Path) -> AsyncIterator[RememberedCounts]:
    counts = RememberedCounts(log, TOPICS, StateFile(folder / "partitions.json"), patience_s=0.05)
    await counts.start()
    yield counts
    await counts.stop()


async def test_a_first_life_waits_for_kafka(tmp_path: Path):
    log = SlowLog()
    async with remembering(log, tmp_path) as counts:
        asking = asyncio.create_task(counts.of("repeats"))
        await asyncio.sleep(0.15)
        assert not asking.done()
        log.back.set()
        assert await asking == 4


async def test_a_later_life_goes_on_with_what_was_remembered(tmp_path: Path):
    first = MemoryLog()
    first.counts = {"repeats": 2}
    async with remembering(first, tmp_path) as counts:
        assert (await counts.of("beacons"), await counts.of("repeats")) == (4, 2)
    async with remembering(SlowLog(), tmp_path) as counts:
        assert (await counts.of("beacons"), await counts.of("repeats")) == (4, 2)


async def test_kafkas_word_comes_before_what_was_remembered(tmp_path: Path):
    async with remembering(MemoryLog(4), tmp_path) as counts:
        assert await counts.of("beacons") == 4
    async with remembering(MemoryLog(8), tmp_path) as counts:
        assert await counts.of("beacons") == 8
    async with remembering(SlowLog(), tmp_path) as counts:
        assert await counts.of("beacons") == 8


async def test_a_kafka_that_comes_back_with_other_partitions_ends_the_process(tmp_path: Path):
    async with remembering(MemoryLog(8), tmp_path) as counts:
        await counts.of("beacons")
    log = SlowLog()
    async with remembering(log, tmp_path) as counts:
        assert await counts.of("beacons") == 8
        log.back.set()
        with pytest.raises(PartitionsChangedError, match="start anew"):
            await counts.failed()
    async with remembering(log, tmp_path) as counts:
        assert await counts.of("beacons") == 4


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"beacons": 4}', b'{"beacons": "x", "repeats": 1}'])
async def test_a_file_that_does_not_tell_of_every_topic_tells_nothing(tmp_path: Path, content: bytes):
    (tmp_path / "partitions.json").write_bytes(content)
    log = SlowLog()
    async with remembering(log, tmp_path) as counts:
        asking = asyncio.create_task(counts.of("beacons"))
        await asyncio.sleep(0.1)
        assert not asking.done()
        log.back.set()
        assert await asking == 4
