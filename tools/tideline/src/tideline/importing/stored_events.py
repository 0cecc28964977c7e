"""What a site's table holds of imports already, by event id, at 24 bytes an event."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import reduce
from operator import xor

import msgspec

_UINT64 = "Q"


class StoredEvent(msgspec.Struct, frozen=True):
    """Whose event it is, under hashes whose key is gone."""

    visitor: int
    session_id: int


class StoredEvents:
    """Ids in order, with visitor and session."""

    def __init__(self) -> None:
        self._event_ids = array(_UINT64)
        self._visitors = array(_UINT64)
        self._session_ids = array(_UINT64)

    def add(self, event_ids: Iterable[int], visitors: Iterable[int], session_ids: Iterable[int]) -> None:
        """Take more, whose ids are not below those before."""
        self._event_ids.extend(event_ids)
        self._visitors.extend(visitors)
        self._session_ids.extend(session_ids)

    def find(self, event_id: int) -> StoredEvent | None:
        """The stored event of that id; None where there is none."""
        place = bisect_left(self._event_ids, event_id)
        if place == len(self._event_ids) or self._event_ids[place] != event_id:
            return None
        return StoredEvent(self._visitors[place], self._session_ids[place])

    def event_ids_xor(self) -> int:
        """The exclusive or of all ids, 0 where there are none."""
        return reduce(xor, self._event_ids, 0)

    def __len__(self) -> int:
        return len(self._event_ids)
