"""The log as a state machine sees it: nothing happens to it, and no owner goes on, but by a step of the machine's.

Each owner (one life of an enricher) has a `SteppedLog` of its own over one `Broker`. Every await of the port is a gate
at which the owner stands until it is let through, frozen, or killed. What it emits lies in its own queue first, as in a
producer: the broker takes it from there one by one, also after the owner's death, and acknowledges it in a step apart.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable

from contract.dead_letter import DeadLetter
from contract.envelope import EventEnvelope, decode_events, encode_events
from enricher.ports import Record


class Broker:
    """One partition of `beacons` and of `events`, the dead letters and the group's commit."""

    def __init__(self) -> None:
        self.lives: dict[bytes, list[Record]] = {}
        self.first = 0
        self.events: list[tuple[int, bytes]] = []
        self.letters: list[DeadLetter] = []
        self.committed = 0
        self.make_anew()

    def make_anew(self) -> None:
        """Delete `beacons` and make it again: another topic id, offsets from 0."""
        self.topic_id = bytes([len(self.lives) + 1]) * 16
        self.lives[self.topic_id] = []
        self.first = 0

    @property
    def source(self) -> list[Record]:
        return self.lives[self.topic_id]

    def append(self, timestamp_ms: int, value: bytes) -> None:
        self.source.append(Record(0, len(self.source), timestamp_ms, value))


class SteppedLog:
    """`Log` for one owner."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.topic_id = broker.topic_id
        self.gate: asyncio.Future[None] | None = None
        self.outgoing: deque[tuple[int, bytes, asyncio.Future[None]]] = deque()
        self.appended: deque[asyncio.Future[None]] = deque()

    async def pass_gate(self) -> None:
        self.gate = asyncio.get_running_loop().create_future()
        await self.gate
        self.gate = None

    def append_next(self) -> None:
        """The broker takes the oldest of what was emitted."""
        time_ms, value, acknowledged = self.outgoing.popleft()
        self.broker.events.append((time_ms, value))
        self.appended.append(acknowledged)

    def acknowledge_next(self) -> None:
        acknowledged = self.appended.popleft()
        if not acknowledged.done():
            acknowledged.set_result(None)

    async def incarnation(self) -> bytes:
        await self.pass_gate()
        return self.topic_id

    async def committed(self, _: int) -> int:
        await self.pass_gate()
        return min(self.broker.committed, len(self.broker.source))

    async def first_offset(self, _: int) -> int:
        await self.pass_gate()
        return self.broker.first

    async def tail(self, _: int, silence_ms: int) -> AsyncIterator[tuple[int, EventEnvelope]]:
        await self.pass_gate()
        there = list(self.broker.events)
        first = next((i for i, (time_ms, _) in enumerate(there) if time_ms >= there[-1][0] - silence_ms), 0)
        for time_ms, value in there[first:]:
            yield time_ms, decode_events(value)
        await self.pass_gate()

    async def beacons(self, _: int, start: int, end: int) -> AsyncIterator[Record]:
        await self.pass_gate()
        for record in self.broker.source[max(start, self.broker.first) : end]:
            yield record
            await self.pass_gate()

    async def emit(self, _: int, envelope: EventEnvelope, timestamp_ms: int) -> Awaitable[None]:
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.outgoing.append((timestamp_ms, encode_events(envelope), acknowledged))
        await self.pass_gate()
        return acknowledged

    async def bury(self, letter: DeadLetter) -> None:
        await self.pass_gate()
        self.broker.letters.append(letter)
        await self.pass_gate()
