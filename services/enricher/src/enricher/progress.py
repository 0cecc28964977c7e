"""How far each owned partition lies behind, and whether it moves: lag for metrics, beats for liveness.

It asks Kafka itself, so that a consumer which silently brings nothing more is found out, and what it does not bring is
read without it. Where Kafka does not answer, nothing is held against anybody: a restart would only lose the secrets
that this process holds.
"""

import time
from collections.abc import Callable, Collection

import msgspec
from runtime.heartbeat import Heartbeat

from enricher import metrics
from enricher.partition_state import PartitionState
from enricher.partitions import Partitions
from enricher.ports import Log


class _Seen(msgspec.Struct, frozen=True):
    mark: int | None
    end: int


class Progress:
    """Looks when it is told to; a partition beats where it moved since the last look, or has nothing before it."""

    def __init__(
        self,
        partitions: Partitions,
        owned: Callable[[], Collection[int]],
        topics: Log,
        is_excused: Callable[[], bool],
        heartbeat: Heartbeat,
        read_on: Callable[[int, int], object],
    ) -> None:
        self._partitions = partitions
        self._owned = owned
        self._topics = topics
        self._is_excused = is_excused
        self._heartbeat = heartbeat
        self._read_on = read_on
        self._seen: dict[int, _Seen] = {}

    async def look(self) -> None:
        """Tell lag and progress of every owned partition. Raises what the log raises."""
        owned = self._owned()
        ends = await self._topics.ends(owned) if owned else {}
        for partition in self._seen.keys() - ends.keys():
            self._forget(partition)
        for partition, end in ends.items():
            state = self._partitions.known(partition)
            before, now = self._seen.get(partition), _Seen(None if state is None else state.mark, end)
            waits = _tell_lag(partition, state, end)
            if before is None or not waits or now.mark != before.mark or self._is_excused():
                self._heartbeat.beat(_name(partition))
                metrics.PROGRESS.labels(partition).set_to_current_time()
            elif before.mark is not None and before.mark + 1 < before.end:
                self._read_on(partition, end)
            self._seen[partition] = now

    def lost_sight(self, _: object = None) -> None:
        """Kafka did not answer: what was seen until now proves no stall."""
        metrics.UNSEEN.inc()
        for partition in list(self._seen):
            self._forget(partition)

    def _forget(self, partition: int) -> None:
        del self._seen[partition]
        self._heartbeat.forget(_name(partition))


def _name(partition: int) -> str:
    return f"partition {partition}"


def _tell_lag(partition: int, state: PartitionState | None, end: int) -> bool:
    """Set the partition's gauges; True where anything is left to do, a rebuild counted."""
    if state is None or state.mark is None:
        return True
    records = max(0, end - state.mark - 1)
    events_a_record = state.events_written / state.sections_written if state.sections_written else 1.0
    age_s = time.time() - state.sessions.stream_ms / 1_000
    metrics.LAG_RECORDS.labels(partition).set(records)
    metrics.LAG_EVENTS.labels(partition).set(records * events_a_record)
    metrics.LAG_S.labels(partition).set(max(0.0, age_s) if records and state.sessions.stream_ms else 0.0)
    return records > 0
