"""Where a spool's envelopes lie: (file, place) by lane in order, sixteen bytes each, and what each file still holds."""

from array import array
from collections import Counter
from collections.abc import Collection

from collector.beacon_to_envelope import LaneName

_PLACE_BITS = 32
_PLACE_MASK = (1 << _PLACE_BITS) - 1
_TIDY_AT = 4_096


class _Queue:
    """The envelopes of one lane: where each lies, and when it was received."""

    def __init__(self) -> None:
        self.places = array("Q")
        self.received_ms = array("Q")
        self.gone = 0

    def __len__(self) -> int:
        return len(self.places) - self.gone

    def drop_first(self, count: int) -> None:
        self.gone += count
        if self.gone >= _TIDY_AT:
            del self.places[: self.gone], self.received_ms[: self.gone]
            self.gone = 0


class SpoolIndex:
    """First in, first out within a lane. Files are numbered and smaller than 4 GiB."""

    def __init__(self) -> None:
        self._queues: dict[LaneName, _Queue] = {}
        self._left: Counter[int] = Counter()

    def __len__(self) -> int:
        return self._left.total()

    def add(self, lane: LaneName, file: int, place: int, received_ms: int) -> None:
        """One more envelope at the lane's end."""
        queue = self._queues.setdefault(lane, _Queue())
        queue.places.append(file << _PLACE_BITS | place)
        queue.received_ms.append(received_ms)
        self._left[file] += 1

    def lanes(self) -> Collection[LaneName]:
        """Lanes that hold something."""
        return self._queues.keys()

    def oldest_ms(self) -> int | None:
        """The least receive time among the lanes' first envelopes; None where there is none."""
        return min((queue.received_ms[queue.gone] for queue in self._queues.values()), default=None)

    def holds_of(self, file: int) -> int:
        """How many envelopes of a file are still wanted."""
        return self._left[file]

    def first(self, lane: LaneName, count: int) -> list[tuple[int, int]]:
        """(file, place) of the first so many of a lane, or of as many as there are."""
        queue = self._queues.get(lane)
        if queue is None:
            return []
        packed = queue.places[queue.gone : queue.gone + count]
        return [(place >> _PLACE_BITS, place & _PLACE_MASK) for place in packed]

    def drop_first(self, lane: LaneName, count: int) -> list[int]:
        """Forget so many of a lane's first; the files that hold nothing any more."""
        dropped = Counter(file for file, _ in self.first(lane, count))
        self._left.subtract(dropped)
        emptied = [file for file in dropped if not self._left[file]]
        for file in emptied:
            del self._left[file]
        self._queues[lane].drop_first(dropped.total())
        if not self._queues[lane]:
            del self._queues[lane]
        return emptied
