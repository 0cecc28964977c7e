"""The protocol that makes each block arrive exactly once: intent, insert, acknowledge; after a doubt, verify.

    commit(before, mark, intent of the block) → INSERT under the block's token → commit(after, mark, next intent)

The commit is fenced by the group's generation, so no insert starts without owning the partition. A token alone loses
a block when ClickHouse is killed (its id can outlive the part), and one insert may be several parts; therefore, after
any doubt, the block is read back and what is missing is inserted under a fresh token until nothing is.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from time import monotonic, time
from typing import TypeVar

import msgspec
from runtime import log
from runtime.retry import retrying

from sink import metrics
from sink.events_to_block import SCHEMA_VERSION, Block, BlockBuilder, Place, Record, RowKey
from sink.intent import Intent, intending, settled
from sink.ports import Journal, Log, Saved, Table, TableAwayError
from sink.steps.marks import NOTHING_YET

T = TypeVar("T")
_log = log.get(__name__)
_MOST_REPAIRS = 20
_PATIENCE_READS = 30
_READ_TIMEOUT_S = 1.0
_VERIFIABLE_S = (7 * 24 - 1) * 3_600
"""Rows keep their coordinates and ids for 7 days from receipt; the log keeps its records no longer either."""


class ForeignLogError(Exception):
    """The records behind an intent are not those that it was made of: the topic was made anew, or they are gone."""


class UnrepairableError(Exception):
    """Rows are still missing after many repairs."""


class Delivery:
    """Delivers one partition's blocks, one after another."""

    def __init__(
        self,
        partition: int,
        topic: str,
        journal: Journal,
        table: Table,
        clock: Callable[[], float] = time,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._partition = partition
        self._topic = topic
        self._journal = journal
        self._table = table
        self._clock = clock
        self.beat = beat
        """Called at every step, repeated ones included: who waits for ClickHouse is not stuck."""
        self._verify_until = 0
        self._accounted: Mapping[str, int] = {}
        """Up to where sections may be stored already, by incarnation of `beacons`: the loss ledger is written first."""
        self._unacknowledged: Place | None = None
        self.stored: Place | None = None
        """Everything before it is in ClickHouse, the loss ledger included; None while that is being found out."""

    async def recover(self, source: Log) -> Place:
        """Settle what a predecessor left open; the place to read on from. Raises ForeignLogError, FencedError."""
        self.stored = await self._recovered(source)
        return self.stored

    async def _recovered(self, source: Log) -> Place:
        saved = await self._journal.fetch()
        self._accounted = await self._patiently(lambda: self._table.accounted(self._partition), "ask_what_is_accounted")
        if saved is None or saved.progress is None:
            return await self._start_without_marks(source, saved)
        before = Place(saved.offset, saved.progress.mark)
        self._verify_until = saved.progress.verify_until
        if saved.progress.pending is None:
            return before
        block = await self._form_again(before, saved.progress.pending, source)
        _log.info("recovering", partition=self._partition, rows=block.rows.num_rows)
        await self._account(block)
        await self._bring(block, in_doubt=True)
        metrics.RECOVERED_BLOCKS.inc()
        await self._commit(block.after, intending_next=None)
        return block.after

    async def deliver(self, block: Block) -> None:
        """Bring a block into ClickHouse; it is acknowledged with the next block's intent, or by `acknowledge`."""
        if self._may_be_there(block):
            self._verify_until = max(self._verify_until, block.after.offset)
        await self._account(block)
        if block.rows.num_rows:
            await self._commit(block.before, intending_next=block)
            started = monotonic()
            await self._bring(block, in_doubt=False)
            metrics.INSERT_SECONDS.observe(monotonic() - started)
            self._count(block)
        self._unacknowledged = self.stored = block.after

    async def acknowledge(self) -> None:
        """Commit that everything delivered is in ClickHouse."""
        if self._unacknowledged is not None:
            await self._commit(self._unacknowledged, intending_next=None)

    async def _start_without_marks(self, source: Log, saved: Saved | None) -> Place:
        """Where nobody says how far the source was taken in, verify all that ClickHouse may hold already."""
        first, end = await source.bounds()
        if await self._patiently(self._table.has_rows, "ask_for_rows"):
            self._verify_until = end
        _log.warning("no_marks", partition=self._partition, verify_until=self._verify_until)
        return Place(first if saved is None else saved.offset)

    async def _form_again(self, before: Place, intent: Intent, source: Log) -> Block:
        if intent.schema != SCHEMA_VERSION:
            _log.warning("intent_of_other_columns", partition=self._partition)
        builder = BlockBuilder(self._topic, self._partition, before)
        async for record in _records(source, before.offset, intent.end):
            if not builder.add(record):
                raise ForeignLogError("another incarnation within the pending block")
        block = builder.finish()
        if block.token != intent.token:
            raise ForeignLogError(f"offsets {before.offset} to {intent.end} hold other records than were intended")
        return block

    async def _account(self, block: Block) -> None:
        """Write the block's lines of the loss ledger, before anything says that its records are done with."""
        if block.ledger.num_rows:
            await self._patiently(lambda: self._table.account(block.ledger), "account")

    async def _bring(self, block: Block, *, in_doubt: bool) -> None:
        unmarked = block.before.offset < self._verify_until
        if unmarked or not await self._insert(block) or in_doubt:
            await self._make_whole(block)

    def _may_be_there(self, block: Block) -> bool:
        """True where somebody accounted for its sections before: `events` was made anew, or a sink died in between."""
        return bool(block.rows.num_rows) and block.source_span()[0] <= self._accounted.get(
            block.after.mark.incarnation, NOTHING_YET
        )

    async def _insert(self, block: Block) -> bool:
        """Insert under the block's tokens, for as long as it takes; True where no attempt was in doubt."""
        certain = True

        async def attempt() -> None:
            nonlocal certain
            try:
                for part in block.inserts():
                    await self._table.insert(part.rows, part.token)
            except TableAwayError:
                certain = False
                raise

        await self._patiently(attempt, "insert")
        return certain

    async def _make_whole(self, whole: Block) -> None:
        block = whole.received_since(self._clock() - _VERIFIABLE_S)
        if lapsed := whole.rows.num_rows - block.rows.num_rows:
            _log.warning("too_old_to_verify", partition=self._partition, rows=lapsed)
            metrics.UNVERIFIED_ROWS.inc(lapsed)
        for repair in range(_MOST_REPAIRS):
            missing = await self._patiently(lambda: self._missing(block), "read_back")
            if not missing:
                return
            rows, token = block.only(missing), _repair_token(block, repair, missing)
            _log.warning("repairing", partition=self._partition, rows=rows.num_rows)
            await self._patiently(lambda rows=rows, token=token: self._table.insert(rows, token), "repair")  # type: ignore[misc]
            metrics.REPAIRED_ROWS.inc(rows.num_rows)
        raise UnrepairableError(f"partition {self._partition}: rows stay missing after {_MOST_REPAIRS} repairs")

    async def _missing(self, block: Block) -> set[RowKey]:
        if not block.rows.num_rows:
            return set()
        held, expected = await self._table.held(block), set(block.keys())
        extra = sum(held[key] - 1 for key in expected & held.keys())
        if extra:
            _log.error("rows_twice", partition=self._partition, rows=extra)
            metrics.EXTRA_COPIES.inc(extra)
        return expected - held.keys()

    async def _commit(self, place: Place, intending_next: Block | None) -> None:
        started = monotonic()
        now = settled(place) if intending_next is None else intending(intending_next)
        progress = msgspec.structs.replace(now, verify_until=self._verify_until)
        await self._journal.commit(place.offset, progress)
        self._unacknowledged = None
        metrics.COMMIT_SECONDS.observe(monotonic() - started)

    async def _patiently(self, call: Callable[[], Awaitable[T]], what: str) -> T:
        async def attempt() -> T:
            self.beat()
            return await call()

        return await retrying(attempt, on=(TableAwayError,), what=what)

    def _count(self, block: Block) -> None:
        metrics.BLOCKS.inc()
        metrics.ROWS.inc(block.rows.num_rows)
        if block.oldest_received_ms:
            age_s = max(0.0, self._clock() - block.oldest_received_ms / 1000)
            metrics.VISIBLE_SECONDS.observe(age_s)
            metrics.LAG_SECONDS.labels(self._partition).set(age_s)


async def _records(source: Log, first: int, end: int) -> AsyncIterator[Record]:
    """The records from `first` up to `end`. Raises ForeignLogError where they do not come."""
    source.seek(first)
    offset, fruitless = first, 0
    while offset < end:
        found = await source.read(_READ_TIMEOUT_S)
        fruitless = 0 if found else fruitless + 1
        if fruitless == _PATIENCE_READS:
            raise ForeignLogError(f"offsets {offset} to {end} are not there any more")
        for record in found:
            offset = record.offset + 1
            if record.offset < end:
                yield record


def _repair_token(block: Block, repair: int, missing: set[RowKey]) -> str:
    digest = hashlib.blake2b(msgspec.json.encode(sorted(missing)), digest_size=8).hexdigest()
    return f"{block.token}:fix:{repair}:{digest}"
