"""The session fold, and going on from the last event of any prefix."""

from itertools import pairwise

import msgspec
from contract.event import Event
from hypothesis import given, settings
from hypothesis import strategies as st
from visits.sessions import Hit, Inherited, advance, event_of, is_apart, is_live, session_from_event, start_session

MINUTE_MS = 60_000
T0 = 1_790_000_000_000
SITE, SESSION, VISITOR = 7, 11, 13
FIRST = Inherited(source="Google", channel="Organic Search", country="DE", city=2_825_297, screen_width=1920)


def hit(at_min=0.0, name="pageview", page="/", late_min=0.0, **more):
    received = T0 + int(at_min * MINUTE_MS)
    timestamp = received - int(late_min * MINUTE_MS)
    fields = {"hostname": "a.example", "inherited": FIRST} | more
    return Hit(timestamp=timestamp, received=received, name=name, page=page, **fields)


def fold(hits):
    session = start_session(SESSION, VISITOR, hits[0])
    events = [event_of(session, hits[0], SITE, 1)]
    for n, later in enumerate(hits[1:], 2):
        events.append(event_of(advance(session, later), later, SITE, n))
    return session, events


HITS = st.lists(
    st.builds(
        hit,
        at_min=st.floats(0, 25),
        name=st.sampled_from(["pageview", "engagement", "signup"]),
        page=st.sampled_from(["/", "/a", "/b"]),
        late_min=st.floats(0, 20),
        interactive=st.booleans(),
        hostname=st.sampled_from(["a.example", "b.example"]),
        props=st.dictionaries(st.sampled_from(["k", "l"]), st.text(max_size=3)),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=100)
@given(HITS, st.data())
def test_going_on_from_any_events_state_gives_what_the_whole_fold_gives(hits, data):
    cut = data.draw(st.integers(1, len(hits) - 1))
    whole, events = fold(hits)
    session = session_from_event(events[cut - 1])
    later = [event_of(advance(session, h), h, SITE, cut + n) for n, h in enumerate(hits[cut:], 1)]
    assert session == whole
    assert later == events[cut:]


@settings(max_examples=100)
@given(HITS)
def test_an_event_of_the_log_gives_the_very_state_that_made_it(hits):
    whole, events = fold(hits)
    packed = msgspec.msgpack.encode(events[-1])
    assert session_from_event(msgspec.msgpack.decode(packed, type=Event)) == whole


def test_every_field_of_an_event_comes_from_the_field_of_its_name():
    texts = {n: n for n in Inherited.__struct_fields__ if n not in {"city", "screen_width"}}
    first = hit(
        name="signup", page="/p", inherited=Inherited(**texts, city=5, screen_width=6), props={"a": "b"},
        scroll_depth=44, engagement_ms=55, revenue_amount="9.99", revenue_currency="EUR", interactive=False,
    )  # fmt: skip
    event = event_of(start_session(SESSION, VISITOR, first), first, SITE, 99)
    found = {n: getattr(event, n) for n in Event.__struct_fields__}
    assert all(found.pop(n) == n for n in texts)
    assert found == {
        "site_id": SITE, "timestamp": T0, "received": T0 // 1000, "event_id": 99, "visitor": VISITOR,
        "name": "signup", "hostname": "a.example", "page": "/p", "session_id": SESSION, "session_start": T0,
        "session_seq": 1, "session_pageviews": 0, "session_events": 1, "is_bounce": True,
        "entry_hostname": "", "entry_page": "", "exit_hostname": "", "exit_page": "", "city": 5, "attempt": 0,
        "screen_width": 6, "interactive": False, "props": {"a": "b"}, "scroll_depth": 44, "engagement_ms": 55,
        "revenue_amount": "9.99", "revenue_currency": "EUR", "session_interactions": 0,
    }  # fmt: skip


def test_entry_is_the_first_pageview_and_exit_the_last():
    _, events = fold([hit(page="/x", name="signup"), hit(1, page="/a"), hit(2, page="/b"), hit(3, "buy", "/c")])
    assert [(e.entry_page, e.exit_page) for e in events] == [("", ""), ("/a", "/a"), ("/a", "/b"), ("/a", "/b")]
    assert [e.session_pageviews for e in events] == [0, 1, 2, 2]
    assert [e.session_seq for e in events] == [1, 2, 3, 4]


def test_two_interactive_events_are_no_bounce():
    _, events = fold([hit(), hit(1, "signup")])
    assert [e.is_bounce for e in events] == [True, False]


def test_an_event_that_is_not_interactive_leaves_a_bounce():
    _, events = fold([hit(name="scroll", interactive=False), hit(1), hit(2, "scroll", interactive=False)])
    assert [e.is_bounce for e in events] == [True, True, True]
    assert [e.session_interactions for e in events] == [0, 1, 1]


def test_engagement_extends_the_time_and_is_neither_event_nor_pageview_nor_a_reason_not_to_bounce():
    session, events = fold([hit(), hit(10, "engagement", "/elsewhere")])
    last = events[-1]
    assert (last.session_pageviews, last.session_events, last.is_bounce) == (1, 1, True)
    assert last.exit_page == "/"
    assert last.timestamp - last.session_start == 10 * MINUTE_MS
    assert is_live(session, hit(40))


def test_later_hits_take_what_the_first_one_brought():
    _, events = fold([hit(), hit(1, inherited=Inherited(source="Bing", country="FR"))])
    assert (events[1].source, events[1].country) == ("Google", "DE")


def test_a_session_lives_through_half_an_hour_of_silence_and_no_more():
    session = start_session(SESSION, VISITOR, hit())
    assert is_live(session, hit(30))
    assert not is_live(session, hit(30.02))


def test_the_silence_is_counted_from_the_last_hit():
    session = advance(start_session(SESSION, VISITOR, hit()), hit(29))
    assert is_live(session, hit(58))


def test_a_new_campaign_starts_no_new_session():
    session = start_session(SESSION, VISITOR, hit())
    assert is_live(session, hit(1, inherited=Inherited(utm_campaign="other")))


def test_a_hit_of_long_ago_is_apart_from_the_live_session_which_goes_on():
    session = start_session(SESSION, VISITOR, hit(60))
    late = hit(61, late_min=40)
    assert is_apart(session, late.timestamp)
    assert not is_live(session, late)
    assert is_live(session, hit(62))


def test_a_hit_that_is_a_little_late_belongs_to_the_session():
    session = start_session(SESSION, VISITOR, hit(60))
    assert is_live(session, hit(61, late_min=30))


def test_a_hit_far_ahead_of_the_session_in_its_own_time_is_apart():
    session = start_session(SESSION, VISITOR, hit(60, late_min=50))
    assert is_apart(session, hit(61).timestamp)


def place(sessions, one, n):
    """A hit's event among its visitor's sessions, as a consumer of the log does it; the newest session is last."""
    for session in reversed(sessions):
        if is_live(session, one):
            return event_of(advance(session, one), one, SITE, n)
    sessions.append(start_session(n, VISITOR, one))
    return event_of(sessions[-1], one, SITE, n)


DAYS = st.lists(
    st.builds(
        hit,
        at_min=st.floats(0, 200),
        name=st.sampled_from(["pageview", "engagement", "signup"]),
        late_min=st.sampled_from([0, 0, 0, 5, 50, 90]),
        interactive=st.booleans(),
    ),
    min_size=1,
    max_size=12,
).map(lambda hits: sorted(hits, key=lambda one: one.received))


@settings(max_examples=100)
@given(DAYS, st.integers(0, 11))
def test_a_stream_that_is_picked_up_midway_gives_the_same_events(hits, cut):
    begun = []
    whole = [place(begun, one, n) for n, one in enumerate(hits)]
    last_of_each = {event.session_id: event for event in whole[:cut]}
    sessions = [session_from_event(last_of_each[session_id]) for session_id in sorted(last_of_each)]
    assert [place(sessions, one, n) for n, one in enumerate(hits[cut:], cut)] == whole[cut:]


@settings(max_examples=100)
@given(DAYS)
def test_every_event_is_counted_in_one_session_and_none_is_far_from_its_own(hits):
    sessions = []
    events = [place(sessions, one, n) for n, one in enumerate(hits)]
    last = {e.session_id: e for e in events}.values()
    assert sum(e.session_seq for e in last) == len(hits)
    assert sum(e.session_pageviews for e in last) == sum(h.name == "pageview" for h in hits)
    assert sum(e.session_events for e in last) == sum(h.name != "engagement" for h in hits)
    for session in sessions:
        times = sorted(e.timestamp for e in events if e.session_id == session.session_id)
        assert all(b - a <= 30 * MINUTE_MS for a, b in pairwise(times))
