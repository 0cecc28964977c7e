"""A world in memory in which every await of the real sink waits to be told what becomes of it.

Owners of one partition, dead, alive or frozen, share a log, a journal and a table. The table deduplicates by token and
table partition, in a window of bounded size; an insert that was sent before an owner froze may land later.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
import pyarrow as pa
from contract.envelope import Section
from contract.ledger import ACCEPTED
from sink.delivery import Delivery
from sink.events_to_block import Block, BlockBuilder, Record, RowKey
from sink.intent import Progress, decode, encode
from sink.partition import Limits, PartitionSink
from sink.ports import FencedError, Saved, TableAwayError

from services.sink.tests.in_memory import last_accounted
from services.sink.tests.made import NOON_MS, TOPIC, event, record

T = TypeVar("T")
TABLE_PARTITIONS = 2
WINDOW = 24
"""Entries of the deduplication window; the real one has 100,000."""


class Call(msgspec.Struct):
    """One await of one owner, until somebody says what becomes of it."""

    owner: "Owner"
    kind: str
    answer: asyncio.Future[str]
    act: Callable[[str], object]
    sent_at: int
    """Parts inserted when it was sent."""


class Table:
    """Parts by table partition, each deduplicated by token as far as the window remembers."""

    def __init__(self) -> None:
        self.rows: Counter[RowKey] = Counter()
        self.ledger: dict[tuple[object, ...], int] = {}
        self.parts = 0
        self._remembered: list[deque[str]] = [deque(maxlen=WINDOW) for _ in range(TABLE_PARTITIONS)]

    def insert(self, rows: pa.Table, token: str, *, first_parts: int = TABLE_PARTITIONS, ghost: bool = False) -> None:
        """The first parts of a block; a ghost's last part is remembered and not there."""
        keys = list(
            zip(*(rows[name].to_pylist() for name in ("source_offset", "source_place", "event_id")), strict=True)
        )
        for number in range(first_parts):
            mine = [key for key in keys if key[1] % TABLE_PARTITIONS == number]
            if not mine or token in self._remembered[number]:
                continue
            self._remembered[number].append(token)
            self.parts += 1
            if not (ghost and number == first_parts - 1):
                self.rows.update(mine)

    def account(self, ledger: pa.Table) -> None:
        """Write lines that replace their likes."""
        for line in ledger.to_pylist():
            beacons = line.pop("beacons")
            self.ledger[tuple(line.values())] = beacons


class World:
    """What outlives any owner."""

    def __init__(self) -> None:
        self.log: list[Record] = []
        self.kept: tuple[int, str] | None = None
        self.generation = 0
        self.table = Table()
        self.calls: list[Call] = []
        self.incarnation = 0
        self.source_offset = 0
        self.enriched: dict[int, list[Section]] = {0: []}
        """Sections by incarnation."""
        self.to_carry: list[Section] = []
        self.destroyed: set[RowKey] = set()
        """Events that were in no row yet when their log was destroyed, and their beacons were gone."""

    def enrich(self, sizes: list[int], *, again: int = 0) -> None:
        """A record of new sections of so many events, behind copies of the last few."""
        self.carry(len(self.to_carry))
        known = self.enriched[self.incarnation]
        made = [self._section(size) for size in sizes]
        known.extend(made)
        self._append(known[max(0, len(known) - len(made) - again) :])

    def beacons_anew(self) -> None:
        """`beacons` is made anew: its offsets start over."""
        self.carry(len(self.to_carry))
        self.incarnation += 1
        self.source_offset = 0
        self.enriched[self.incarnation] = []

    def events_anew(self) -> None:
        """`events` is made anew, and the group's offsets go with it; the enricher carries what `beacons` has again."""
        present = self.enriched[self.incarnation]
        self.destroyed |= (
            self._keys(each for each in self.enriched.values() if each is not present) - self.table.rows.keys()
        )
        self.log, self.kept = [], None
        self.to_carry = list(present)

    def carry(self, count: int) -> None:
        """A record of sections that were there before `events` was made anew."""
        if carried := self.to_carry[:count]:
            self.to_carry = self.to_carry[count:]
            self._append(carried)

    def events_expected(self) -> set[RowKey]:
        """Every event that the log has told of and nobody destroyed."""
        return self._keys(self.enriched.values()) - self.destroyed

    def _section(self, size: int) -> Section:
        first = self.incarnation * 10**6 + self.source_offset * 100
        events = [event(number, site_id=1 + self.incarnation) for number in range(first, first + size)]
        self.source_offset += 1
        return Section(self.source_offset - 1, events, received_ms=NOON_MS)

    @staticmethod
    def _keys(lives: Iterable[list[Section]]) -> set[RowKey]:
        return {
            (section.source_offset, place, found.event_id)
            for sections in lives
            for section in sections
            for place, found in enumerate(section.events)
        }

    def beacons_told(self) -> int:
        """Events that the loss ledger knows of."""
        return sum(beacons for line, beacons in self.table.ledger.items() if line[2] == ACCEPTED)

    def _append(self, sections: list[Section]) -> None:
        incarnation = self.incarnation.to_bytes(16, "big")
        self.log.append(record(len(self.log), sections, incarnation))


class Owner:
    """One life of a sink that was given the partition: the real loop over ports that ask the world."""

    def __init__(self, world: World, max_rows: int, make: Callable[..., Delivery] = Delivery) -> None:
        self.world = world
        world.generation += 1
        self.generation = world.generation
        self.at = 0
        self.frozen = False
        """Stopped in its tracks: what it sent may land, and nothing reaches it."""
        delivery = make(0, TOPIC, self, self, lambda: NOON_MS / 1_000)
        limits = Limits(0, max_rows, 10**6)
        sink = PartitionSink(lambda place: BlockBuilder(TOPIC, 0, place), self, delivery, limits, 0)
        self.task = asyncio.get_running_loop().create_task(sink.run())

    async def bounds(self) -> tuple[int, int]:
        return await self._told("bounds", lambda _: (0, len(self.world.log)))

    def seek(self, offset: int) -> None:
        self.at = offset

    async def read(self, _: float) -> list[Record]:
        def act(_: str) -> list[Record]:
            found = self.world.log[self.at : self.at + 2]
            self.at += len(found)
            return found

        return await self._told("read", act)

    def end(self) -> int | None:
        return len(self.world.log)

    async def is_stuck(self) -> bool:
        return False

    async def fetch(self) -> Saved | None:
        kept = await self._told("fetch", lambda _: self.world.kept)
        return None if kept is None else Saved(kept[0], decode(kept[1]))

    async def commit(self, offset: int, progress: Progress) -> None:
        def act(_: str) -> None:
            if self.generation != self.world.generation:
                raise FencedError
            self.world.kept = offset, encode(progress)

        await self._told("commit", act)

    async def insert(self, rows: pa.Table, token: str) -> None:
        def act(fate: str) -> None:
            parts = 1 if fate == "half" else TABLE_PARTITIONS
            self.world.table.insert(rows, token, first_parts=parts, ghost=fate == "ghost")

        await self._told("insert", act)

    async def account(self, ledger: pa.Table) -> None:
        await self._told("account", lambda _: self.world.table.account(ledger))

    async def held(self, block: Block) -> dict[RowKey, int]:
        first, last = block.source_span()

        def act(_: str) -> dict[RowKey, int]:
            return {key: n for key, n in self.world.table.rows.items() if n and first <= key[0] <= last}

        return await self._told("held", act)

    async def accounted(self, partition: int) -> dict[str, int]:
        return await self._told("accounted", lambda _: last_accounted(self.world.table.ledger, partition))

    async def has_rows(self) -> bool:
        return await self._told("has_rows", lambda _: bool(self.world.table.rows))

    async def _told(self, kind: str, act: Callable[[str], T]) -> T:
        """Wait for the call's fate; the effect comes with it."""
        call = Call(self, kind, asyncio.get_running_loop().create_future(), act, self.world.table.parts)
        self.world.calls.append(call)
        fate = await call.answer
        if fate == "refused":
            raise TableAwayError
        result = act(fate)
        if fate in ("lost", "half", "ghost"):
            raise TableAwayError
        return result


async def blocked() -> None:
    """Return once every owner waits to be told something, or has ended."""
    for _ in range(60):
        await asyncio.sleep(0)


def ended(owner: Owner) -> list[Call]:
    """Its process is gone, whatever it waited for; the inserts that were sent and may land yet."""
    owner.task.cancel()
    mine = [call for call in owner.world.calls if call.owner is owner]
    owner.world.calls = [call for call in owner.world.calls if call.owner is not owner]
    return [call for call in mine if call.kind == "insert"]
