"""A batch of `repeats` in; returns once what is new of it is in `beacons` and what is not is counted there."""

import asyncio
import time
from collections.abc import Callable, Sequence

from contract.dead_letter import DEAD_LETTER_VERSION, DeadLetter
from contract.dead_letter_limit import DeadLetterLimit
from contract.limits import MAX_AGE_MS
from contract.outcomes import DeadReason
from contract.topics import REPEATS
from runtime import log
from runtime.retry import retrying

from repeats import metrics
from repeats.completeness import Completeness
from repeats.opening import Opener
from repeats.ports import Attempts, AwayError, Destination, Envelope, Record, unheard
from repeats.repeats_to_envelopes import Dead, Judgement, Opened, attempts_of, by_visitor, in_time

_log = log.get(__name__)
_BEAT_S = 1.0
_MOST_AGES_MS = 2 * MAX_AGE_MS
"""A first attempt came up to 48 hours before its repeat, and told of what was up to 48 hours ago."""


class Carrying:
    """Carries batches in order. Whatever it raises ends the process, and nothing of the batch is committed.

    An envelope of an unknown version is no dead letter here: the log keeps it for a release that can read it.
    """

    def __init__(
        self,
        opener: Opener,
        completeness: Completeness,
        attempts: Attempts,
        destination: Destination,
        incarnation: Callable[[], bytes],
        limit: DeadLetterLimit,
        now_s: Callable[[], float] = time.time,
        beat: Callable[[], None] = unheard,
    ) -> None:
        self._opener = opener
        self._completeness = completeness
        self._attempts = attempts
        self._destination = destination
        self._incarnation = incarnation
        self._limit = limit
        self._now_s = now_s
        self._beat = beat
        self.held = False
        """True once the limit of dead letters was passed; only a restart ends it."""

    async def carry(self, batch: Sequence[Record]) -> None:
        """Judge a batch and have every envelope of it acknowledged."""
        records = in_time(batch)
        latest_ms = max(record.timestamp_ms for record in records)
        metrics.LAG_SECONDS.set(max(0.0, self._now_s() - records[0].timestamp_ms / 1000))
        await self._completeness.past(latest_ms)
        found = [await self._opener.open(record) for record in records]
        opened = [one for one in found if isinstance(one, Opened)]
        judgement = await self._judgement(opened)
        for one in found:
            # one record after another: in each partition of `beacons`, numbers must rise
            await self._bury(one, judgement) if isinstance(one, Dead) else await self._pass_on(one, judgement)
        metrics.LAG_SECONDS.set(0)

    async def _judgement(self, opened: list[Opened]) -> Judgement:
        attempts, earliest_ms = attempts_of(opened)
        with metrics.WAITING.labels("table").track_inprogress():
            stored = await retrying(
                lambda: self._stored(attempts, earliest_ms - _MOST_AGES_MS), on=(AwayError,), what="look_up"
            )
        secret_at = await self._opener.routing_secrets([beacon for one in opened for beacon in one.beacons])
        partitions = await self._destination.partitions()
        return Judgement(self._incarnation(), stored, by_visitor(secret_at, partitions))

    async def _stored(self, attempts: set[int], since_ms: int) -> set[int]:
        self._beat()
        return await self._attempts.stored(attempts, since_ms)

    async def _pass_on(self, opened: Opened, judgement: Judgement) -> None:
        judged = judgement.judge(opened)
        await self._append(judged.envelopes)
        metrics.BEACONS.labels("new").inc(judged.new)
        metrics.BEACONS.labels("repeated").inc(judged.repeated)

    async def _bury(self, dead: Dead, judgement: Judgement) -> None:
        record = dead.record
        _log.error("record_dead", reason=dead.reason.value, partition=record.partition, offset=record.offset)
        if dead.reason is not DeadReason.EXPIRED:
            if not self._limit.count(1, time.monotonic()):
                await self._hold()
            await self._destination.bury(
                DeadLetter(
                    DEAD_LETTER_VERSION,
                    dead.reason.value,
                    REPEATS.name,
                    self._incarnation(),
                    record.partition,
                    record.offset,
                    record.timestamp_ms,
                    record.value,
                )
            )
        partition = record.partition % await self._destination.partitions()
        await self._append([judgement.tell_of(dead, partition, *await self._opener.present_key())])
        metrics.DEAD.labels(dead.reason.value).inc()

    async def _hold(self) -> None:
        """Judge nothing more: a bad release must not drain the topic. Nothing of the batch is committed."""
        self.held = True
        metrics.HELD.set(1)
        _log.critical("dead_letter_limit_passed", effect="nothing is judged until a restart")
        while True:
            self._beat()
            await asyncio.sleep(_BEAT_S)

    async def _append(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            await self._destination.append(envelope)
            self._beat()
