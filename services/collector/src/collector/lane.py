"""A lane: one partition, one envelope on its way, and the beacons that come meanwhile gathered for the next."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable

from contract.beacon import Beacon
from contract.limits import MAX_ENVELOPE_BEACONS, MAX_ENVELOPE_BYTES
from runtime import log

from collector import metrics
from collector.envelope_log import EnvelopeLog, NotAppendedError
from collector.sealer import LaneSealer, NotSealedError

_FEW = 4
_GATHERING_S = 0.0005
"""For each beacon beyond a few: about what an envelope costs this process and the broker together."""
_MOST_GATHERING_S = 0.01
_log = log.get(__name__)


class Batch:
    """Beacons of one envelope to be, and the one future that all their requests await: True once durable."""

    __slots__ = ("beacons", "deadline", "settled", "size_bytes")

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout_s: float) -> None:
        self.beacons: list[Beacon] = []
        self.size_bytes = 0
        self.settled: asyncio.Future[bool] = loop.create_future()
        self.deadline = loop.call_later(timeout_s, self.settle, False)

    def is_full(self, more_bytes: int) -> bool:
        """Whether so many more bytes belong into another envelope."""
        return len(self.beacons) >= MAX_ENVELOPE_BEACONS or (
            bool(self.beacons) and self.size_bytes + more_bytes > MAX_ENVELOPE_BYTES
        )

    def settle(self, durable: bool) -> None:
        """Answer everyone who waits, unless the deadline already has."""
        self.deadline.cancel()
        if not self.settled.done():
            self.settled.set_result(durable)


def gathering_s(beacons: int) -> float:
    """How long after an envelope of so many beacons the next may leave at the soonest.

    A few beacons wait for nothing but the acknowledgement. Many at once mean that more are coming: waiting a little
    for them costs less, here and in everything downstream, than another envelope.
    """
    return min(max(beacons - _FEW, 0) * _GATHERING_S, _MOST_GATHERING_S)


class Lane:
    """Runs as one task, so that envelopes of a partition are appended in the order of their numbers."""

    def __init__(
        self, sealer: LaneSealer, envelopes: EnvelopeLog, on_settled: Callable[[Batch], None], timeout_s: float
    ) -> None:
        self._sealer = sealer
        self._envelopes = envelopes
        self._on_settled = on_settled
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._batches: deque[Batch] = deque()
        self._wanted = asyncio.Event()
        self._closing = False
        self._next_s = 0.0
        self._trouble = ""
        self._unsure_ms: int | None = None
        self.in_doubt = False
        """Whether the last envelope was given up, and may reach the log all the same."""
        self._running = self._loop.create_task(self._run())

    def put(self, beacon: Beacon, size_bytes: int) -> "asyncio.Future[bool]":
        """Gather a beacon; the future tells whether its envelope became durable in time."""
        batches = self._batches
        if not batches or batches[-1].is_full(size_bytes):
            self._open()
        batch = batches[-1]
        batch.beacons.append(beacon)
        batch.size_bytes += size_bytes
        return batch.settled

    def oldest_ms(self) -> int | None:
        """Receive time of the oldest beacon that may yet reach the log, Unix milliseconds; None where there is none.

        An envelope that was given up may arrive there still, until a later one of this lane has.
        """
        if self._unsure_ms is not None:
            return self._unsure_ms
        return next((batch.beacons[0].received_ms for batch in self._batches if batch.beacons), None)

    def nudge(self) -> None:
        """Send an envelope even without beacons, so that counts get on their way."""
        if not self._batches:
            self._open()

    async def close(self) -> None:
        """Send what has been gathered, then end."""
        self._closing = True
        self._wanted.set()
        await asyncio.wait((self._running,))

    async def abort(self) -> None:
        """End now; everyone who waits hears that it is not known to be durable."""
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        while self._batches:
            self._settle(self._batches.popleft(), durable=False)

    async def failed(self) -> None:
        """Raise what ended the lane, if something did."""
        await asyncio.shield(self._running)

    def _open(self) -> None:
        self._batches.append(Batch(self._loop, self._timeout_s))
        self._wanted.set()

    async def _run(self) -> None:
        while True:
            if not self._batches:
                if self._closing:
                    return
                self._wanted.clear()
                await self._wanted.wait()
                continue
            if not self._closing and (rest_s := self._next_s - self._loop.time()) > 0:
                await asyncio.sleep(rest_s)
            # taken before the first await, so that nothing is added to an envelope that is being sealed
            batch = self._batches.popleft()
            self._next_s = self._loop.time() + gathering_s(len(batch.beacons))
            durable = False
            try:
                durable = not batch.settled.done() and await self._send(batch)
            finally:
                self._settle(batch, durable=durable)

    async def _send(self, batch: Batch) -> bool:
        try:
            sealed = self._sealer.seal(batch.beacons)
        except NotSealedError as error:
            self._note_trouble(str(error))
            return False
        started_s = time.monotonic()
        if self._unsure_ms is None:
            self._unsure_ms = sealed.envelope.received_ms
        try:
            await self._envelopes.append(sealed.envelope)
        except NotAppendedError as error:
            self._note_trouble(str(error))
            self._sealer.give_back(sealed)
            self.in_doubt = True
            return False
        self._unsure_ms, self.in_doubt = None, False
        metrics.ACK_S.observe(time.monotonic() - started_s)
        self._note_trouble("")
        return True

    def _note_trouble(self, reason: str) -> None:
        """Log the first of many failures alike, and the end of them."""
        if reason != self._trouble:
            self._trouble = reason
            event = "lane_in_trouble" if reason else "lane_recovered"
            _log.warning(event, topic=self._sealer.lane.topic, lane=self._sealer.lane.partition, reason=reason)

    def _settle(self, batch: Batch, *, durable: bool) -> None:
        batch.settle(durable)
        metrics.ENVELOPES.labels("durable" if durable else "failed").inc()
        if durable:
            metrics.ACCEPTED.inc(len(batch.beacons))
            metrics.FILL.observe(len(batch.beacons))
        self._on_settled(batch)
