"""Lanes: what is gathered, in which order it leaves, and how they end."""

import asyncio

from collector.draft import Draft, Sender
from collector.lane import gathering_s
from contract.limits import MAX_ENVELOPE_BEACONS, MAX_ENVELOPE_BYTES
from contract.topics import BEACONS

SENDER = Sender("198.51.100.7", "Agent/1", opted_out=False)


def beacon(number: int):
    return Draft(str(number), "https://shop.example/", []).beacon(1, SENDER, 0)


def put(desk, partition: int, *what):
    return desk.lanes.put(BEACONS.name, partition, *what)


async def test_what_comes_while_an_envelope_is_on_its_way_shares_the_next(desk):
    desk.log.gate.clear()
    first = put(desk, 0, beacon(0), 1)
    await asyncio.sleep(0.01)
    rest = [put(desk, 0, beacon(number), 1) for number in range(1, 10)]
    assert len(set(map(id, rest))) == 1
    desk.log.gate.set()
    assert await first
    assert await rest[0]
    assert [b.name for b in desk.beacons()] == [str(number) for number in range(10)]
    assert len(desk.log.envelopes) == 2


async def test_each_lane_numbers_its_envelopes_from_1_without_gaps(desk):
    for number in range(3):
        for partition in (0, 2):
            assert await put(desk, partition, beacon(number), 1)
    numbers = [(head.epoch, head.partition, head.sequence) for head in desk.heads()]
    assert sorted(numbers) == [(b"an epoch", p, n) for p in (0, 2) for n in (1, 2, 3)]


async def test_a_lane_that_waits_holds_up_no_other(desk):
    slow = asyncio.Event()
    append = desk.log.append

    async def gated(envelope):
        if envelope.lane.partition == 0:
            await slow.wait()
        await append(envelope)

    desk.log.append = gated
    stuck = put(desk, 0, beacon(0), 1)
    assert await put(desk, 1, beacon(1), 1)
    assert not stuck.done()
    slow.set()
    assert await stuck


async def test_an_envelope_is_bounded_in_beacons_and_bytes(desk):
    desk.log.gate.clear()
    waits = [put(desk, 0, beacon(number), 1) for number in range(MAX_ENVELOPE_BEACONS + 1)]
    assert len(set(map(id, waits))) == 2
    large = [desk.lanes._lanes["beacons"][1].put(beacon(number), MAX_ENVELOPE_BYTES) for number in range(2)]
    assert large[0] is not large[1]
    desk.log.gate.set()
    assert all(await asyncio.gather(*set(waits), *large))


async def test_a_failed_number_is_never_given_to_other_content(desk):
    desk.log.away = True
    assert not await put(desk, 0, beacon(0), 1)
    desk.log.away = False
    assert await put(desk, 0, beacon(1), 1)
    assert [head.sequence for head in desk.heads()] == [2]


async def test_what_gathered_too_long_is_answered_and_never_sent(desk):
    desk.log.gate.clear()
    first = put(desk, 0, beacon(0), 1)
    await asyncio.sleep(0.01)
    second = put(desk, 0, beacon(1), 1)
    assert not await first
    assert not await second
    desk.log.gate.set()
    await asyncio.sleep(0.05)
    assert [b.name for b in desk.beacons()] == ["0"]


async def test_without_a_tide_no_number_is_used_up(desk):
    tide_on = dict(desk.tides._held._tide_on)
    desk.tides._held._tide_on.clear()
    assert not await put(desk, 0, beacon(0), 1)
    desk.tides._held._tide_on |= tide_on
    assert await put(desk, 0, beacon(1), 1)
    assert [head.sequence for head in desk.heads()] == [1]


async def test_a_stop_sends_what_has_been_gathered(desk):
    desk.log.gate.clear()
    put(desk, 0, beacon(0), 1)
    await asyncio.sleep(0.01)
    last = put(desk, 0, beacon(1), 1)
    stopping = asyncio.create_task(desk.lanes.stop())
    await asyncio.sleep(0.01)
    desk.log.gate.set()
    await stopping
    assert await last
    assert len(desk.beacons()) == 2


async def test_a_stop_ends_though_the_log_never_answers(desk):
    desk.log.gate.clear()
    wait = put(desk, 0, beacon(0), 1)
    async with asyncio.timeout(3):
        await desk.lanes.stop()
    assert not await wait


async def test_one_who_stops_waiting_takes_nothing_from_the_lane(desk):
    desk.log.gate.clear()
    waiting = asyncio.ensure_future(asyncio.wait_for(put(desk, 0, beacon(0), 1), 0.05))
    await asyncio.wait([waiting])
    desk.log.gate.set()
    assert await put(desk, 0, beacon(1), 1)


async def test_everything_settled_leaves_nothing_pending(desk):
    await asyncio.gather(*(put(desk, number % 4, beacon(number), 100) for number in range(50)))
    assert desk.lanes._pending_bytes == 0


async def test_lonely_counts_travel_without_beacons(desk, monkeypatch):
    await desk.lanes.stop()
    monkeypatch.setattr("collector.lanes._COUNTS_WAIT_S", 0.02)
    await desk.lanes.start()
    await desk.post(json={"n": "pageview", "u": "https://nobody.example/"})
    await asyncio.sleep(0.1)
    (head,) = desk.heads()
    assert [tally.count for tally in head.dropped] == [1]
    assert desk.beacons() == []


def test_few_beacons_wait_for_nothing_and_many_never_long():
    assert gathering_s(1) == 0
    assert 0 < gathering_s(8) < gathering_s(16)
    assert gathering_s(MAX_ENVELOPE_BEACONS) == gathering_s(10 * MAX_ENVELOPE_BEACONS) <= 0.02


async def test_a_lane_that_just_sent_many_gathers_for_a_moment(desk, monkeypatch):
    monkeypatch.setattr("collector.lane._GATHERING_S", 0.3)
    monkeypatch.setattr("collector.lane._MOST_GATHERING_S", 0.3)
    await put(desk, 0, beacon(0), 1)
    await asyncio.gather(*{put(desk, 0, beacon(number), 1) for number in range(50)})
    late = []
    for number in range(5):
        late.append(put(desk, 0, beacon(number), 1))
        await asyncio.sleep(0.001)
    await asyncio.gather(*set(late))
    assert [len(desk._open(envelope.value)) for envelope in desk.log.envelopes] == [1, 50, 5]
