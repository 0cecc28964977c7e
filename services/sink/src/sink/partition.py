"""The life of one partition in this sink: recover, then gather a block while the one before it is inserted."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic, time

import msgspec
from runtime import log

from sink import metrics
from sink.delivery import Delivery
from sink.events_to_block import Block, BlockBuilder, Place, Record
from sink.ports import FencedError, Log
from sink.steps.marks import Mark

_log = log.get(__name__)


class Limits(msgspec.Struct, frozen=True):
    """When a block is full, and how long it waits to be."""

    flush_interval_s: float
    max_rows: int
    max_bytes: int


class PartitionSink:
    """Runs one partition from assignment to revocation."""

    def __init__(
        self, new_builder: Callable[[Place], BlockBuilder], source: Log, delivery: Delivery, limits: Limits, name: int
    ) -> None:
        self._new_builder = new_builder
        self._source = source
        self._delivery = delivery
        self._limits = limits
        self.name = name
        self._stopping = asyncio.Event()
        self._inserting: asyncio.Task[None] | None = None
        self._ahead: deque[Record] = deque()
        self._flushed_at = 0.0

    @property
    def stored(self) -> Mark | None:
        """How far `beacons` is stored; None while a predecessor's work is being settled."""
        place = self._delivery.stored
        return None if place is None else place.mark

    def stop(self) -> None:
        """Gather no more: `run` delivers what it has, acknowledges and returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped, or the partition is another's; raises whatever must stop the process."""
        try:
            place = await self._delivery.recover(self._source)
            self._source.seek(place.offset)
            self._delivery.beat()
            while not self._stopping.is_set():
                place = await self._round(place)
            await self._settle()
        except FencedError:
            metrics.FENCED.inc()
            _log.warning("fenced", partition=self.name)
        finally:
            if self._inserting is not None:
                self._inserting.cancel()

    async def _round(self, place: Place) -> Place:
        block = await self._gather(place)
        metrics.PROGRESS.labels(self.name).set(time())
        if block is None:
            await self._settle()
            return place
        self._tell_lag(block)
        await self._inserted()
        self._inserting = asyncio.create_task(self._delivery.deliver(block))
        return block.after

    async def _settle(self) -> None:
        await self._inserted()
        await self._delivery.acknowledge()

    async def _inserted(self) -> None:
        if self._inserting is not None:
            task, self._inserting = self._inserting, None
            try:
                await task
            finally:
                task.cancel()

    async def _gather(self, place: Place) -> Block | None:
        """The next block: full, or due while nothing is being inserted; None where nothing came in an interval."""
        builder = self._new_builder(place)
        while await self._take_ahead(builder) and not self._full(builder) and not self._stopping.is_set():
            if builder.bytes and self._due() and not self._busy():
                break
            self._ahead.extend(await self._read(self._wait_s(bool(builder.bytes))))
            if not self._ahead and not builder.bytes:
                return None
        self._flushed_at = monotonic()
        return builder.finish() if builder.bytes else None

    async def _take_ahead(self, builder: BlockBuilder) -> bool:
        """Move records read ahead into the block until it is full; False where the next belongs to another block."""
        while self._ahead and not self._full(builder):
            if not builder.add(self._ahead[0]):
                return False
            self._ahead.popleft()
            await asyncio.sleep(0)  # a long backlog must not starve heartbeats
        return True

    async def _read(self, timeout_s: float) -> list[Record]:
        reading = asyncio.ensure_future(self._bring(timeout_s))
        stopping = asyncio.ensure_future(self._stopping.wait())
        waiting: set[asyncio.Future[object]] = {reading, stopping}  # type: ignore[arg-type]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else []
        finally:
            reading.cancel()
            stopping.cancel()

    async def _bring(self, timeout_s: float) -> list[Record]:
        found = await self._source.read(timeout_s)
        if found or not await self._source.is_stuck():
            self._delivery.beat()
        return found

    def _full(self, builder: BlockBuilder) -> bool:
        return builder.rows >= self._limits.max_rows or builder.bytes >= self._limits.max_bytes

    def _due(self) -> bool:
        return monotonic() >= self._flushed_at + self._limits.flush_interval_s

    def _busy(self) -> bool:
        return self._inserting is not None and not self._inserting.done()

    def _wait_s(self, begun: bool) -> float:
        interval_s = self._limits.flush_interval_s
        if not begun:
            return interval_s
        return min(interval_s, max(0.01, self._flushed_at + interval_s - monotonic()))

    def _tell_lag(self, block: Block) -> None:
        records = max(0, (self._source.end() or 0) - block.after.offset)
        events_a_record = block.rows.num_rows / (block.after.offset - block.before.offset)
        metrics.LAG_RECORDS.labels(self.name).set(records)
        metrics.LAG_EVENTS.labels(self.name).set(records * events_a_record)
