"""The sessions of one partition that may still go on: found by visitor, forgotten after 30 minutes of silence.

Silence is measured in the stream's time (the highest receive time so far, by the envelope), which the records of
`events` carry as their timestamps: so a rebuild from the log holds exactly what memory held.
"""

from contract.event import Event
from contract.limits import SESSION_TIMEOUT_MS
from visits.sessions import Hit, Session, is_apart, is_live, session_from_event

DAY_MS = 86_400_000


class _Held:
    """One visitor's sessions, the newest last: one, and a few more where beacons came late."""

    __slots__ = ("seen_ms", "sessions")

    def __init__(self, seen_ms: int) -> None:
        self.sessions: list[Session] = []
        self.seen_ms = seen_ms


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
        for session in reversed(held.sessions):
            if is_live(session, hit):
                held.seen_ms = self.stream_ms
                return session
        return None

    def add(self, day: int, session: Session, hit: Hit) -> None:
        """Keep a session that `hit` began; those of the visitor that are apart from it go on beside it."""
        held = self._of(day, session.visitor)
        held.sessions = [other for other in held.sessions if is_apart(other, hit)]
        held.sessions.append(session)

    def restore(self, event: Event) -> None:
        """Hold the session as of an event read back from the log; the stream's time is that of its record."""
        held = self._of(event.session_start // DAY_MS, event.visitor)
        session = session_from_event(event)
        others = [other for other in held.sessions if other.session_id != session.session_id]
        held.sessions = [*others, session]

    def _of(self, day: int, visitor: int) -> _Held:
        visitors = self._by_day.setdefault(day, {})
        held = visitors.get(visitor)
        if held is None:
            held = visitors[visitor] = _Held(self.stream_ms)
        held.seen_ms = self.stream_ms
        return held

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
