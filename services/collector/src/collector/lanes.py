"""All lanes of a process: one a partition and topic, as many as Kafka says, with one bound on what they hold."""

import asyncio
from collections.abc import Iterator

from contract.beacon import Beacon
from contract.topics import BEACONS, REPEATS
from runtime.background import Background

from collector import metrics
from collector.beacon_to_envelope import LaneName
from collector.envelope_log import EnvelopeLog
from collector.lane import Batch, Lane
from collector.sealer import Sealer
from collector.tallies import Tallies

LANE_TOPICS = (BEACONS.name, REPEATS.name)
_COUNTS_WAIT_S = 5.0
"""Counts of drops wait so long for beacons to ride with; then they travel alone."""


class NoLanesError(Exception):
    """Kafka has not yet told how many partitions there are."""


class Lanes:
    """A component; it does not wait for Kafka at its start, `ready` tells."""

    def __init__(
        self, envelopes: EnvelopeLog, sealer: Sealer, tallies: Tallies, timeout_s: float, max_pending_bytes: int
    ) -> None:
        self._envelopes = envelopes
        self._sealer = sealer
        self._tallies = tallies
        self._timeout_s = timeout_s
        self._max_pending_bytes = max_pending_bytes
        self._pending_bytes = 0
        self._lanes: dict[str, list[Lane]] = {}
        self._minding = Background(self._mind)

    async def start(self) -> None:
        """Open the lanes as soon as the log tells its partitions."""
        metrics.PENDING_BYTES.set_function(lambda: self._pending_bytes)
        self._minding.start()

    async def stop(self) -> None:
        """Drain every lane up to its timeout; what is not durable by then is answered so."""
        await self._minding.stop()
        try:
            async with asyncio.timeout(self._timeout_s):
                await asyncio.gather(*(lane.close() for lane in self._all()))
        except TimeoutError:
            await asyncio.gather(*(lane.abort() for lane in self._all()))

    async def failed(self) -> None:
        """Raise where a lane, or the minding of them, ended by itself."""
        await self._minding.failed()

    async def ready(self) -> None:
        """A health check: raises NoLanesError where nothing could be sent yet."""
        if not self._lanes:
            raise NoLanesError("Kafka has not told its partitions yet")

    def count(self, topic: str) -> int:
        """How many lanes a topic has; 0 until Kafka has told."""
        return len(self._lanes.get(topic, ()))

    def oldest_ms(self) -> int | None:
        """Receive time of the oldest beacon that may yet reach the log, Unix milliseconds; None where there is none."""
        return min((found for lane in self._all() if (found := lane.oldest_ms()) is not None), default=None)

    def put(self, topic: str, partition: int, beacon: Beacon, size_bytes: int) -> "asyncio.Future[bool] | None":
        """Gather a beacon for a partition; None where the process holds as much as it may."""
        if self._pending_bytes + size_bytes > self._max_pending_bytes:
            return None
        self._pending_bytes += size_bytes
        return self._lanes[topic][partition].put(beacon, size_bytes)

    def _note_settled(self, batch: Batch) -> None:
        self._pending_bytes -= batch.size_bytes

    def _all(self) -> Iterator[Lane]:
        for lanes in self._lanes.values():
            yield from lanes

    def _open(self, lane: LaneName) -> Lane:
        return Lane(self._sealer.for_lane(lane), self._envelopes, self._note_settled, self._timeout_s)

    async def _mind(self) -> None:
        counts = {topic: await self._envelopes.partitions(topic) for topic in LANE_TOPICS}
        self._lanes = {
            topic: [self._open(LaneName(topic, partition)) for partition in range(count)]
            for topic, count in counts.items()
        }
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_lonely_counts())
            for lane in self._all():
                group.create_task(lane.failed())

    async def _send_lonely_counts(self) -> None:
        """Counts that no beacon takes along; and where an envelope was given up, another one that ends the doubt."""
        while True:
            await asyncio.sleep(_COUNTS_WAIT_S)
            if self._tallies:
                self._lanes[BEACONS.name][0].nudge()
            for lane in self._all():
                if lane.in_doubt:
                    lane.nudge()
