"""The spool on disk: what was acknowledged is there after any crash, in order, and nothing else is."""

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from collector.adapters.disk_spool import DiskSpool, SpoolInUseError
from collector.adapters.spool_file import SpoolFile
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError
from collector.spool_record import MAGIC, encode_spooled
from hypothesis import given, settings
from hypothesis import strategies as st

LANES = (LaneName("beacons", 0), LaneName("beacons", 1), LaneName("repeats", 0))
MANY = 10_000_000


def envelope(sequence: int, lane: LaneName = LANES[0], size: int = 10) -> Envelope:
    return Envelope(lane, sequence, 1_700_000_000_000 + sequence, 1_690_000_000_000 + sequence, bytes(size))


@asynccontextmanager
async def opened(folder: Path, most_bytes: int = MANY, file_bytes: int = 500) -> AsyncIterator[DiskSpool]:
    spool = DiskSpool(folder, most_bytes, file_bytes)
    await spool.start()
    try:
        yield spool
    finally:
        await spool.stop()


async def held(spool: DiskSpool, lane: LaneName = LANES[0]) -> list[int]:
    """The sequences of a lane, and they are forgotten."""
    found: list[int] = []
    while run := await spool.first(lane, 1_000):
        found += [one.sequence for one in run]
        await spool.drop_first(lane, len(run))
    return found


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.spool"))


@given(groups=st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=4), min_size=1, max_size=5), data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_prefix_of_a_file_gives_its_whole_records_in_order(groups: list[list[int]], data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        file, sequence, ends = SpoolFile(Path(folder), 1), 0, []
        for sizes in groups:
            records = []
            for size in sizes:
                sequence += 1
                records.append(encode_spooled(envelope(sequence, size=size)))
            begins = file.append(records)
            ends += [begin + len(record) for begin, record in zip(begins, records, strict=True)]
        acknowledged_bytes = file.size_bytes
        file.close()
        (path,) = files(Path(folder))
        assert path.stat().st_size == acknowledged_bytes == ends[-1]
        kept_bytes = data.draw(st.integers(0, acknowledged_bytes))
        torn = data.draw(st.binary(max_size=40))
        path.write_bytes(path.read_bytes()[:kept_bytes] + torn * (kept_bytes >= len(MAGIC)))
        whole = [number for number, end in enumerate(ends, 1) if end <= kept_bytes]
        found = [one.sequence for _, one in SpoolFile(Path(folder), 1).scan()]
        # bytes of another record may happen to be the very ones that were cut off
        assert found[: len(whole)] == whole
        assert len(found) <= len(whole) + (len(torn) > 0)


steps = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(LANES), st.integers(1, 4)),
    st.tuples(st.just("replay"), st.sampled_from(LANES), st.integers(1, 4)),
    st.tuples(st.just("crash"), st.sampled_from(LANES), st.integers(0, 60)),
)


@given(story=st.lists(steps, max_size=25))
@settings(max_examples=60, deadline=None)
def test_after_any_crashes_the_spool_holds_what_was_acknowledged_and_not_yet_replayed(story):
    async def live(folder: Path) -> None:
        wanted: dict[LaneName, list[int]] = {lane: [] for lane in LANES}
        sequence, spool = 0, DiskSpool(folder, MANY, 500)
        await spool.start()
        for what, lane, number in story:
            if what == "append":
                new = [envelope(sequence + place, lane, 90) for place in range(1, number + 1)]
                sequence += number
                await asyncio.gather(*(spool.append(one) for one in new))
                wanted[lane] += [one.sequence for one in new]
            elif what == "replay":
                run = (await spool.first(lane, MANY))[:number]
                assert [one.sequence for one in run] == wanted[lane][:number]
                if run:
                    await spool.drop_first(lane, len(run))
                    del wanted[lane][:number]
            else:
                await spool.stop()
                half = encode_spooled(envelope(999, lane, 90))[:number]
                for path in files(folder)[-1:]:
                    path.write_bytes(path.read_bytes() + half)
                spool = DiskSpool(folder, MANY, 500)
                await spool.start()
                # what a file still holds of what was replayed comes again, before the rest, under its old numbers
                for one in LANES:
                    again = [e.sequence for e in await spool.first(one, MANY)] if one in spool.lanes() else []
                    assert again[len(again) - len(wanted[one]) :] == wanted[one]
                    wanted[one] = again
        assert sum(map(len, wanted.values())) == len(spool)
        for lane in LANES:
            assert await held(spool, lane) == wanted[lane]
        assert len(spool) == 0
        await spool.stop()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder)))


async def test_envelopes_of_many_lanes_share_a_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced = []
    monkeypatch.setattr("os.fdatasync", lambda descriptor: synced.append(os.fsync(descriptor)))
    async with opened(tmp_path, file_bytes=MANY) as spool:
        await asyncio.gather(*(spool.append(envelope(number, LANES[number % 3])) for number in range(1, 31)))
        assert len(synced) <= 2
        assert [await held(spool, lane) for lane in LANES] == [
            [number for number in range(1, 31) if number % 3 == rest] for rest in range(3)
        ]


async def test_an_envelope_comes_back_as_it_was(tmp_path: Path):
    whole = Envelope(LANES[2], 7, 1_700_000_000_123, 1_700_000_000_001, os.urandom(700_000))
    async with opened(tmp_path) as spool:
        await spool.append(whole)
    async with opened(tmp_path) as spool:
        assert await spool.first(LANES[2], 1) == [whole]


async def test_files_go_when_all_of_them_was_replayed(tmp_path: Path):
    async with opened(tmp_path) as spool:
        for number in range(40):
            await spool.append(envelope(number, size=100))
        assert len(files(tmp_path)) > 3
        full_bytes = spool.size_bytes
        await spool.drop_first(LANES[0], 20)
        assert spool.size_bytes < full_bytes
        await spool.drop_first(LANES[0], 20)
        assert files(tmp_path) == []
        assert (spool.size_bytes, len(spool), spool.oldest_ms()) == (0, 0, None)
        await spool.append(envelope(41))
        assert await held(spool) == [41]


async def test_the_oldest_is_told_over_all_lanes(tmp_path: Path):
    async with opened(tmp_path) as spool:
        await spool.append(envelope(5, LANES[0]))
        await spool.append(envelope(3, LANES[1]))
        assert spool.oldest_ms() == 1_690_000_000_003
        await spool.drop_first(LANES[1], 1)
        assert spool.oldest_ms() == 1_690_000_000_005


async def test_a_full_spool_takes_nothing_until_something_is_replayed(tmp_path: Path):
    async with opened(tmp_path, most_bytes=1_000, file_bytes=100) as spool:
        taken = 0
        while spool.size_bytes < 1_000 - 2 * len(encode_spooled(envelope(taken))):
            await spool.append(envelope(taken))
            taken += 1
        with pytest.raises(NotAppendedError, match="full"):
            await spool.append(envelope(taken, size=500))
        assert sum(path.stat().st_size for path in files(tmp_path)) <= 1_000
        assert spool.trouble == "full"
        await spool.drop_first(LANES[0], 5)
        await spool.append(envelope(taken))
        assert spool.trouble == ""
        assert await held(spool) == list(range(5, taken + 1))


@pytest.mark.parametrize("refused", ["write", "fdatasync"])
async def test_a_disk_that_refuses_leaves_no_torn_state_and_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
):
    monkeypatch.setattr("collector.adapters.disk_spool._PAUSE_S", 0.05)
    real, broken = getattr(os, refused), [False]

    def refuse(descriptor: int, *data: bytes) -> int:
        if not broken[0]:
            return real(descriptor, *data)
        if data and len(data[0]) > 1:
            return real(descriptor, data[0][: len(data[0]) // 2])
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, refused, refuse)
    async with opened(tmp_path, file_bytes=MANY) as spool:
        await spool.append(envelope(1))
        broken[0] = True
        for number in (2, 3):
            with pytest.raises(NotAppendedError, match="ENOSPC"):
                await spool.append(envelope(number))
        assert spool.trouble == "ENOSPC"
        broken[0] = False
        await asyncio.sleep(0.1)
        await spool.append(envelope(4))
        assert spool.trouble == ""
    async with opened(tmp_path) as spool:
        assert await held(spool) == [1, 4]


async def test_what_the_disk_altered_is_counted_and_the_rest_is_replayed(tmp_path: Path):
    async with opened(tmp_path, file_bytes=MANY) as spool:
        for number in range(3):
            await spool.append(envelope(number, size=100))
        (path,) = files(tmp_path)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert await held(spool) == [0, 2]


async def test_two_processes_cannot_have_one_spool(tmp_path: Path):
    async with opened(tmp_path):
        with pytest.raises(SpoolInUseError, match="STATE_DIR of its own"):
            await DiskSpool(tmp_path, MANY).start()
    async with opened(tmp_path) as spool:
        await spool.append(envelope(1))


async def test_one_who_stops_waiting_takes_nothing_from_the_spool(tmp_path: Path):
    async with opened(tmp_path) as spool:
        waiting = asyncio.create_task(spool.append(envelope(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        await spool.append(envelope(2))
        assert await held(spool) == [1, 2]
