"""Beacons out to a collector when they are due, each sender's own ones in order; what was answered comes back."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from zlib import crc32

import aiohttp
import msgspec

from loadgen.outgoing import Outgoing

_QUEUE_PER_LANE = 64
_ACCEPTED = "202"
_UNREACHABLE = "unreachable"
_PAUSE_WHEN_UNREACHABLE_S = 0.5
_TIMEOUT = aiohttp.ClientTimeout(total=30)


class Tally(msgspec.Struct):
    """What was sent, by the name of the event, and how it was answered, by status."""

    sent: Counter[str] = msgspec.field(default_factory=Counter)
    answered: Counter[str] = msgspec.field(default_factory=Counter)
    dropped: int = 0
    """Answered 202, but filtered by the collector itself."""

    def lines(self) -> Iterator[str]:
        """The tally for a terminal."""
        accepted = self.answered[_ACCEPTED]
        yield f"sent: {self.sent.total()}{_listed(self.sent)}"
        yield f"accepted: {accepted}"
        yield f"of these filtered by the collector: {self.dropped}"
        others = Counter({answer: count for answer, count in self.answered.items() if answer != _ACCEPTED})
        yield f"refused or not answered: {others.total()}{_listed(others)}"


def _listed(counts: Counter[str]) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in sorted(counts.items()))})" if counts else ""


async def send_all(
    beacons: Iterator[Outgoing],
    collector: str,
    lanes: int,
    stopped: asyncio.Event,
) -> Tally:
    """Send until the beacons end or `stopped` is set; at most `lanes` are under way at once."""
    tally = Tally()
    url = f"{collector.rstrip('/')}/api/event"
    queues: list[asyncio.Queue[Outgoing | None]] = [asyncio.Queue(_QUEUE_PER_LANE) for _ in range(lanes)]
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(limit=lanes)) as session,
        asyncio.TaskGroup() as group,
    ):
        for queue in queues:
            group.create_task(_lane(queue, session, url, tally))
        await _feed(beacons, queues, stopped)
        for queue in queues:
            await queue.put(None)
    return tally


async def _feed(
    beacons: Iterator[Outgoing],
    queues: list[asyncio.Queue[Outgoing | None]],
    stopped: asyncio.Event,
) -> None:
    clock = asyncio.get_running_loop().time
    begun_s = clock()
    for beacon in beacons:
        wait_s = beacon.due_s - (clock() - begun_s)
        if wait_s > 0:
            await _stopped_within(stopped, wait_s)
        if stopped.is_set():
            return
        lane = crc32(f"{beacon.ip} {beacon.user_agent}".encode()) % len(queues)
        await queues[lane].put(beacon)


async def _stopped_within(stopped: asyncio.Event, wait_s: float) -> None:
    try:
        async with asyncio.timeout(wait_s):
            await stopped.wait()
    except TimeoutError:
        return


async def _lane(queue: asyncio.Queue[Outgoing | None], session: aiohttp.ClientSession, url: str, tally: Tally) -> None:
    while (beacon := await queue.get()) is not None:
        tally.sent[beacon.name] += 1
        headers = {
            "User-Agent": beacon.user_agent,
            "X-Forwarded-For": beacon.ip,
            "Content-Type": "text/plain;charset=UTF-8",
        }
        try:
            async with session.post(url, data=beacon.body, headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            tally.answered[_UNREACHABLE] += 1
            await asyncio.sleep(_PAUSE_WHEN_UNREACHABLE_S)
            continue
        tally.answered[str(answer.status)] += 1
        tally.dropped += "x-plausible-dropped" in answer.headers
