"""The sessions in memory: found, kept apart, forgotten in the stream's time."""

import pytest
from enricher.live_sessions import LiveSessions
from visits.sessions import Hit, Inherited, Session, event_of, start_session

MINUTE_MS = 60_000
NOON_MS = 1_763_899_200_000
TODAY = NOON_MS // 86_400_000


def hit(minutes: float = 0, late: float = 0) -> Hit:
    received_ms = NOON_MS + int(minutes * MINUTE_MS)
    return Hit(received_ms - int(late * MINUTE_MS), received_ms, "pageview", "a.example", "/", Inherited())


@pytest.fixture
def sessions() -> LiveSessions:
    found = LiveSessions()
    found.move_to(NOON_MS)
    return found


def begin(sessions: LiveSessions, visitor: int, first: Hit, session_id: int = 1) -> Session:
    session = start_session(session_id, visitor, first)
    sessions.add(TODAY, session, first)
    return session


def test_a_visitors_session_is_found_by_day_and_visitor(sessions):
    session = begin(sessions, 5, hit())
    assert sessions.find(TODAY, 5, hit(1)) is session
    assert sessions.find(TODAY, 6, hit(1)) is None
    assert sessions.find(TODAY - 1, 5, hit(1)) is None


def test_a_day_is_known_while_any_of_its_visitors_may_be_live(sessions):
    begin(sessions, 5, hit())
    assert sessions.knows_day(TODAY)
    assert not sessions.knows_day(TODAY - 1)
    sessions.move_to(NOON_MS + 40 * MINUTE_MS)
    assert not sessions.knows_day(TODAY)
    assert len(sessions) == 0


def test_the_streams_time_never_goes_back(sessions):
    sessions.move_to(NOON_MS - MINUTE_MS)
    assert sessions.stream_ms == NOON_MS


def test_a_session_that_the_stream_has_left_behind_is_not_found_by_a_late_comer(sessions):
    begin(sessions, 5, hit())
    sessions.move_to(NOON_MS + 31 * MINUTE_MS)
    assert sessions.find(TODAY, 5, hit(1)) is None


def test_a_session_of_a_late_hit_lives_beside_the_live_one(sessions):
    live, late = begin(sessions, 5, hit(), 1), begin(sessions, 5, hit(1, late=90), 2)
    assert sessions.find(TODAY, 5, hit(2)) is live
    assert sessions.find(TODAY, 5, hit(2, late=90)) is late


def test_a_new_session_takes_the_place_of_one_that_fell_silent(sessions):
    begin(sessions, 5, hit(), 1)
    sessions.move_to(NOON_MS + 29 * MINUTE_MS)
    fresh = begin(sessions, 5, hit(29), 2)
    assert sessions.find(TODAY, 5, hit(30)) is fresh
    assert len(sessions) == 1


def test_a_hit_that_may_belong_to_two_sessions_goes_to_the_one_hit_last_in_memory_and_in_a_rebuild(sessions):
    noon, early = begin(sessions, 5, hit(), 1), begin(sessions, 5, hit(1, late=51), 2)
    assert sessions.find(TODAY, 5, hit(2)) is noon
    between = hit(3, late=28)
    assert sessions.find(TODAY, 5, between) is noon
    rebuilt = LiveSessions()
    rebuilt.move_to(NOON_MS + 3 * MINUTE_MS)
    for session, one in ((noon, hit()), (early, hit(1, late=51)), (noon, hit(2))):
        rebuilt.restore(event_of(session, one, 1, 9))
    assert rebuilt.find(TODAY, 5, between).session_id == noon.session_id


def test_a_session_that_a_new_one_ended_is_ended_in_a_rebuild_as_well(sessions):
    begin(sessions, 5, hit(), 1)
    ended = event_of(sessions.find(TODAY, 5, hit()), hit(), 1, 9)
    sessions.move_to(NOON_MS + 29 * MINUTE_MS)
    event = event_of(begin(sessions, 5, hit(29), 2), hit(29), 1, 9)
    rebuilt = LiveSessions()
    rebuilt.move_to(NOON_MS + 29 * MINUTE_MS)
    rebuilt.restore(ended)
    rebuilt.restore(event)
    late_comer = hit(1, late=21)
    assert sessions.find(TODAY, 5, late_comer) == rebuilt.find(TODAY, 5, late_comer) is None
