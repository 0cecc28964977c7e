"""Whatever memory held, the log's tail gives back: property tests over random visits, cut anywhere."""

from contract.beacon import Beacon
from contract.envelope import VERSION, EventEnvelope, Section, decode_events, encode_events
from contract.limits import SESSION_TIMEOUT_MS
from enricher.envelope_to_events import enrich
from enricher.lookups import remembered
from enricher.partition_state import PartitionState
from enricher.steps.client import Client
from enricher.steps.draft import World, origin_of
from enricher.steps.place import NOWHERE
from hypothesis import given, settings
from hypothesis import strategies as st

NOON_MS, MINUTE_MS, DAY_MS = 1_763_899_200_000, 60_000, 86_400_000
SALTS = {NOON_MS // DAY_MS + days: bytes([days + 9]) * 16 for days in range(-3, 4)}
INCARNATION = bytes(16)
LOOKUPS = remembered(lambda _: Client(), lambda _: NOWHERE, 100)

visits = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 3),  # visitor
            st.integers(0, 25),  # minutes since the one before
            st.sampled_from([0, 0, 0, 0, 40, 200, 1_500]),  # minutes late
            st.sampled_from(["pageview", "pageview", "signup", "engagement"]),
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=12,
)


def envelopes_of(plan) -> list[list[Beacon]]:
    """Beacons from 20:00 on, so that long plans cross a midnight."""
    now_ms, made = NOON_MS + 8 * 3_600_000, []
    for envelope in plan:
        beacons = []
        for visitor, silence, late, name in envelope:
            now_ms += silence * MINUTE_MS
            beacons.append(
                Beacon(1, now_ms, f"203.0.113.{visitor}", "UA", name, "https://a.example/", age_ms=late * MINUTE_MS)
            )
        made.append(beacons)
    return made


def written(state: PartitionState, offset: int, beacons: list[Beacon]) -> tuple[int, bytes]:
    """Time and bytes of the record that an owner with this state writes."""
    world = World(origin_of(INCARNATION, 0, offset), SALTS, state.sessions, LOOKUPS)
    enriched = enrich(beacons, world)
    state.mark = offset
    envelope = EventEnvelope(VERSION, INCARNATION, [Section(offset, enriched.events, enriched.dropped)], {})
    return state.sessions.stream_ms, encode_events(envelope)


def rebuilt(log: list[tuple[int, bytes]]) -> PartitionState:
    state = PartitionState(INCARNATION)
    for time_ms, value in log:
        if time_ms >= log[-1][0] - SESSION_TIMEOUT_MS:
            state.restore(time_ms, decode_events(value))
    return state


@settings(max_examples=100, deadline=None)
@given(visits)
def test_an_owner_that_rebuilds_before_every_envelope_writes_what_one_owner_would(plan):
    one, log_of_one = PartitionState(INCARNATION), []
    log_of_many: list[tuple[int, bytes]] = []
    for offset, beacons in enumerate(envelopes_of(plan)):
        log_of_one.append(written(one, offset, beacons))
        log_of_many.append(written(rebuilt(log_of_many), offset, beacons))
    assert log_of_many == log_of_one


@settings(max_examples=50, deadline=None)
@given(visits)
def test_no_session_ever_holds_two_hashes_and_its_places_count_up(plan):
    state, seen = PartitionState(INCARNATION), {}
    for offset, beacons in enumerate(envelopes_of(plan)):
        for event in decode_events(written(state, offset, beacons)[1]).sections[0].events:
            visitor, place = seen.get(event.session_id, (event.visitor, 0))
            assert (event.visitor, event.session_seq) == (visitor, place + 1)
            seen[event.session_id] = (visitor, event.session_seq)


@settings(max_examples=50, deadline=None)
@given(visits, st.data())
def test_sections_that_two_owners_wrote_are_taken_once(plan, data):
    state, log = PartitionState(INCARNATION), []
    for offset, beacons in enumerate(envelopes_of(plan)):
        log.append(written(state, offset, beacons))
        if data.draw(st.booleans()):
            log.append(log[-1])
    again = rebuilt(log)
    assert again.mark == state.mark
    assert written(again, 99, []) == written(state, 99, [])
