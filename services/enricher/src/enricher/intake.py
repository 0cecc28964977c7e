"""The consume loop: records come from Faust one by one and are carried in batches, as many as waited meanwhile.

The clock of a batch is Kafka's acknowledgement of the one before. A record is acknowledged to Faust only behind its
section's acknowledgement. Whatever fails ends the process, with nothing skipped.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

import msgspec
from contract.dead_letter_limit import HeldError
from runtime import log
from runtime.background import Background

from enricher import metrics
from enricher.partitions import Partitions
from enricher.ports import Record

_log = log.get(__name__)
_MOST_WAITING = 1_000
_MOST_WAITING_BYTES = 8 * 1024 * 1024
"""Either bounds what is held back from Faust: many small envelopes share an acknowledgement, large ones the memory."""


class _Parcel(msgspec.Struct, frozen=True):
    record: Record
    generation: int
    delivered: Callable[[], object]


class _TakeOver(msgspec.Struct, frozen=True):
    partition: int
    generation: int


class _ReadOn(msgspec.Struct, frozen=True):
    partition: int
    generation: int
    end: int


class Intake:
    """A component: owns the one task that carries records, over all partitions."""

    def __init__(self, partitions: Partitions, is_held: Callable[[], bool]) -> None:
        self._partitions = partitions
        self._is_held = is_held
        self._waiting: asyncio.Queue[_Parcel | _TakeOver | _ReadOn] = asyncio.Queue()
        self.owned: frozenset[int] = frozenset()
        """The partitions that Kafka has assigned."""
        self._owns = False
        self._waiting_bytes = 0
        self._has_room = asyncio.Event()
        self._carrying = Background(self._carry_on)

    async def start(self) -> None:
        """Be ready to take records."""
        self._carrying.start()

    async def stop(self) -> None:
        """Drop what waits: Kafka still has it, and the next owner goes on from the log's tail."""
        await self._carrying.stop()

    async def failed(self) -> None:
        """Raise what made a record or a rebuild fail."""
        await self._carrying.failed()

    async def ready(self) -> None:
        """A health check: raises HeldError."""
        if self._is_held():
            raise HeldError

    def assigned(self, partitions: Iterable[int]) -> None:
        """These partitions are ours from now on: each is rebuilt and caught up, whether or not a record comes.

        Faust may hand over the first records before it tells this, so they must not be dropped here.
        """
        if self._owns:
            self._partitions.forget()
        self._owns, self.owned = True, frozenset(partitions)
        for partition in sorted(self.owned):
            self._waiting.put_nowait(_TakeOver(partition, self._partitions.generation))

    def revoked(self) -> None:
        """No partition is ours any longer, and what waits is another's."""
        self._owns, self.owned = False, frozenset()
        self._partitions.forget()

    def read_on(self, partition: int, end: int) -> None:
        """Faust brings nothing of the partition though its log goes on to before `end`: read it here.

        Seen after a second rebalance on the heels of the first; the next assignment would mend it as well.
        """
        self._waiting.put_nowait(_ReadOn(partition, self._partitions.generation, end))

    async def take(self, record: Record, delivered: Callable[[], object]) -> None:
        """Return once there is room for the record; `delivered` is called once its section is acknowledged."""
        while self._waiting_bytes > _MOST_WAITING_BYTES or self._waiting.qsize() > _MOST_WAITING:
            self._has_room.clear()
            await self._has_room.wait()
        self._waiting_bytes += len(record.value)
        self._waiting.put_nowait(_Parcel(record, self._partitions.generation, delivered))

    async def _carry_on(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._take_over([found for found in batch if isinstance(found, _TakeOver)])
            await self._carry([found for found in batch if isinstance(found, _Parcel)])
            await self._read([found for found in batch if isinstance(found, _ReadOn)])

    async def _take_over(self, found: list[_TakeOver]) -> None:
        for one in found:
            if one.generation == self._partitions.generation:
                await self._partitions.take_over(one.partition)

    async def _read(self, found: list[_ReadOn]) -> None:
        for one in found:
            is_ours = one.generation == self._partitions.generation
            if is_ours and await self._partitions.read_on(one.partition, one.end):
                self._waiting.put_nowait(one)

    async def _carry(self, parcels: list[_Parcel]) -> None:
        self._waiting_bytes -= sum(len(parcel.record.value) for parcel in parcels)
        self._has_room.set()
        ours = [parcel for parcel in parcels if parcel.generation == self._partitions.generation]
        await self._partitions.carry(parcel.record for parcel in ours)
        now_s = time.time()
        for parcel in ours:
            parcel.delivered()
            metrics.DELAY_S.observe(max(0.0, now_s - parcel.record.timestamp_ms / 1_000))
