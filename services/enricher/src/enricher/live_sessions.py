"""The sessions of one partition that may still go on: found by visitor, forgotten after 30 minutes of silence.

Silence is measured in the stream's time (the highest receive time so far, by the envelope), which the records of
`events` carry as their timestamps: so a rebuild from the log holds exactly what memory held.
"""

from collections.abc import Sequence

import msgspec
from contract.event import Event
from contract.limits import SESSION_TIMEOUT_MS
from visits.sessions import Hit, Session, is_apart, is_live, session_from_event

DAY_MS = 86_400_000


class _Held(msgspec.Struct, gc=False):
    """One visitor's sessions: the newest, and a few beside it where beacons came late."""

    newest: Session
    seen_ms: int
    older: tuple[Session, ...] = ()
    """The newest of these last."""

    def all(self) -> tuple[Session, ...]:
        """Every session, the newest last."""
        return (*self.older, self.newest)


class LiveSessions:
    """Sessions by the UTC day (whole days since 1970) whose salt made their visitor, then by visitor."""

    def __init__(self) -> None:
        self.stream_ms = 0
        self._by_day: dict[int, dict[int, _Held]] = {}
        self._swept_ms = 0

    def __len__(self) -> int:
        """How many visitors may have a live session."""
        return sum(map(len, self._by_day.values()))

    def move_to(self, received_ms: int) -> None:
        """Let the stream's time go on to `received_ms`; it never goes back."""
        self.stream_ms = max(self.stream_ms, received_ms)
        if self.stream_ms - self._swept_ms > SESSION_TIMEOUT_MS // 10:
            self._forget_silent()

    def knows_day(self, day: int) -> bool:
        """Whether any visitor of that day may still have a live session."""
        return day in self._by_day

    def find(self, day: int, visitor: int, hit: Hit) -> Session | None:
        """The visitor's live session that the hit belongs to."""
        held = self._by_day.get(day, _NOBODY).get(visitor)
        if held is None or self.stream_ms - held.seen_ms > SESSION_TIMEOUT_MS:
            return None
        session = held.newest
        if not is_live(session, hit):
            beside = next((older for older in reversed(held.older) if is_live(older, hit)), None)
            if beside is None:
                return None
            # as a rebuild from the log has them: whoever was hit last is the newest
            held.older = tuple(other for other in held.all() if other is not beside)
            session = held.newest = beside
        held.seen_ms = self.stream_ms
        return session

    def add(self, day: int, session: Session, hit: Hit) -> None:
        """Keep a session that `hit` began; those of the visitor that are apart from it go on beside it."""
        self._keep(day, session, [other for other in self._all(day, session) if is_apart(other, hit.timestamp)])

    def restore(self, event: Event) -> None:
        """Hold the session as of an event read back from the log; the stream's time is that of its record."""
        day, session = event.session_start // DAY_MS, session_from_event(event)
        others = [other for other in self._all(day, session) if other.session_id != session.session_id]
        if event.session_seq == 1:
            others = [other for other in others if is_apart(other, event.timestamp)]
        self._keep(day, session, others)

    def _all(self, day: int, session: Session) -> tuple[Session, ...]:
        held = self._by_day.get(day, _NOBODY).get(session.visitor)
        return () if held is None else held.all()

    def _keep(self, day: int, newest: Session, older: Sequence[Session]) -> None:
        self._by_day.setdefault(day, {})[newest.visitor] = _Held(newest, self.stream_ms, tuple(older))

    def _forget_silent(self) -> None:
        self._swept_ms = self.stream_ms
        oldest_ms = self.stream_ms - SESSION_TIMEOUT_MS
        for day, visitors in list(self._by_day.items()):
            alive = {visitor: held for visitor, held in visitors.items() if held.seen_ms >= oldest_ms}
            if alive:
                self._by_day[day] = alive
            else:
                del self._by_day[day]


_NOBODY: dict[int, _Held] = {}
