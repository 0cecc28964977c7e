"""The pure core: what becomes of a beacon, step by step."""

import msgspec
import pytest
from contract.identity import attempt_hash, visitor_hash
from contract.outcomes import DropReason, Tally
from enricher.envelope_to_events import STEPS, days_of, enrich
from enricher.live_sessions import LiveSessions
from enricher.steps.draft import World, origin_of
from enricher.steps.drops import drop_bot, drop_engagement_without_session

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


def test_drops_come_first_but_for_those_that_need_the_session():
    names = [step.__name__ for step in STEPS if step not in {drop_bot, drop_engagement_without_session}]
    kinds = [name.partition("_")[0] for name in names]
    assert kinds == sorted(kinds)


def test_a_pageview_becomes_an_event_with_everything_known_about_it(enriching, beacon, noon_ms):
    url = "https://www.Shop.example/caf%C3%A9?utm_source=letter&utm_medium=email&gclid=x"
    found = enriching(beacon(url=url, referrer="https://www.google.com/search", screen_width=1440, age_ms=1_500))
    (event,) = found.events
    assert (event.timestamp, event.received) == (noon_ms - 1_500, noon_ms // 1_000)
    assert (event.hostname, event.page, event.entry_page, event.exit_page) == ("shop.example", *["/café"] * 3)
    assert (event.utm_source, event.utm_medium, event.click_id) == ("letter", "email", "gclid")
    assert (event.referrer, event.device, event.browser, event.screen_width) == (
        "google.com/search",
        "Desktop",
        "Firefox",
        1440,
    )
    assert (event.session_seq, event.session_pageviews, event.is_bounce) == (1, 1, True)


def test_an_event_holds_neither_address_nor_user_agent_nor_query(enriching, beacon):
    (event,) = enriching(beacon(url="https://shop.example/?email=ada@example.org")).events
    text = repr(event)
    assert "203.0.113.9" not in text
    assert "Gecko" not in text
    assert "ada@" not in text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"opted_out": True}, DropReason.OPTED_OUT),
        ({"user_agent": "a bot"}, DropReason.BOT),
        ({"referrer": "https://www.semalt.com/x"}, DropReason.SPAM_REFERRER),
        ({"name": "engagement"}, DropReason.ENGAGEMENT_WITHOUT_SESSION),
    ],
)
def test_a_dropped_beacon_is_counted_by_site_minute_and_reason(enriching, beacon, noon_ms, changes, reason):
    found = enriching(beacon(**changes), beacon(**changes, received_ms=noon_ms + 1), beacon(**changes, site_id=2))
    minute = noon_ms // MINUTE_MS
    assert found.events == found.poison == []
    assert found.dropped == [Tally(1, minute, reason.value, 2), Tally(2, minute, reason.value, 1)]


def test_a_user_agent_is_asked_about_at_the_first_beacon_of_a_session_only(beacon, salts, lookups):
    asked = []
    counting = msgspec.structs.replace(lookups, client_of=lambda text: asked.append(text) or lookups.client_of(text))
    world = World(origin_of(bytes(16), 0, 0), salts, LiveSessions(), counting)
    assert len(enrich([beacon(), beacon(), beacon()], world).events) == 3
    assert len(asked) == 1


def test_a_server_that_names_its_visitor_is_no_robot(enriching, beacon):
    assert enriching(beacon(user_agent="some bot", user_id="u1")).events


def test_the_sites_own_pages_are_no_referrers(enriching, beacon):
    (event,) = enriching(beacon(referrer="https://www.shop.example/before")).events
    assert (event.referrer, event.source, event.channel) == ("", "", "Direct")


def test_a_session_keeps_the_source_it_began_with(enriching, beacon):
    first = beacon(referrer="https://news.ycombinator.com/", url="https://shop.example/a")
    later = beacon(referrer="https://shop.example/a", url="https://shop.example/b?utm_source=other")
    one, two = enriching(first, later).events
    assert one.session_id == two.session_id
    assert (two.referrer, two.source, two.utm_source) == (one.referrer, one.source, "")
    assert (two.session_seq, two.entry_page, two.exit_page, two.is_bounce) == (2, "/a", "/b", False)


def test_a_session_goes_on_in_the_next_envelope_and_ends_after_half_an_hour_of_silence(enriching, beacon, noon_ms):
    times = [0, 30 * MINUTE_MS, 60 * MINUTE_MS + 1_000]
    one, two, three = (enriching(beacon(received_ms=noon_ms + ms)).events[0] for ms in times)
    assert one.session_id == two.session_id != three.session_id
    assert three.session_seq == 1


def test_engagement_extends_its_session_and_is_no_event_of_it(enriching, beacon):
    page, engagement = enriching(beacon(), beacon(name="engagement", engagement_ms=4_000, scroll_depth=60)).events
    assert engagement.session_id == page.session_id
    assert (engagement.session_events, engagement.engagement_ms, engagement.scroll_depth) == (1, 4_000, 60)
    assert (page.scroll_depth, page.engagement_ms) == (255, 0)


def test_numbers_too_large_for_their_columns_are_cut_to_the_largest(enriching, beacon):
    page, engagement = enriching(
        beacon(screen_width=10**6), beacon(name="engagement", engagement_ms=2**33, scroll_depth=999)
    ).events
    assert (page.screen_width, engagement.engagement_ms, engagement.scroll_depth) == (65_535, 2**32 - 1, 255)


def test_a_visitor_is_hashed_under_the_salt_of_the_day_it_happened_on(enriching, beacon, salts, noon_ms):
    late = beacon(age_ms=13 * HOUR_MS)
    (event,) = enriching(late).events
    yesterday = salts[noon_ms // DAY_MS - 1]
    assert event.visitor == visitor_hash(yesterday, 1, late.client_ip, late.user_agent)


def test_a_session_over_midnight_keeps_its_first_hash_to_its_end(enriching, beacon, noon_ms):
    times = [noon_ms + 12 * HOUR_MS + minutes * MINUTE_MS for minutes in (-10, 10, 35)]
    before, after, later = (enriching(beacon(received_ms=ms)).events[0] for ms in times)
    assert before.visitor == after.visitor == later.visitor
    assert before.session_id == after.session_id == later.session_id
    fresh = enriching(beacon(received_ms=times[-1] + 31 * MINUTE_MS)).events[0]
    assert fresh.visitor != before.visitor
    assert fresh.session_id != before.session_id


def test_a_beacon_from_before_midnight_that_comes_behind_one_from_after_it_is_of_the_same_visit(
    enriching, beacon, noon_ms
):
    midnight_ms = noon_ms + 12 * HOUR_MS
    times = [midnight_ms + seconds * 1_000 for seconds in (1, -2, 3)]
    after, before, later = (enriching(beacon(received_ms=ms)).events[0] for ms in times)
    assert after.visitor == before.visitor == later.visitor
    assert after.session_id == before.session_id == later.session_id
    assert [event.session_seq for event in (after, before, later)] == [1, 2, 3]
    assert enriching(beacon(received_ms=midnight_ms - 40 * MINUTE_MS)).events[0].session_id != after.session_id


def test_a_late_beacon_gets_a_session_of_its_own_and_the_live_one_goes_on(enriching, beacon):
    live, late, later, again = enriching(
        beacon(), beacon(age_ms=2 * HOUR_MS), beacon(age_ms=2 * HOUR_MS), beacon()
    ).events
    assert live.session_id == again.session_id != late.session_id
    assert late.session_id == later.session_id
    assert (again.session_seq, later.session_seq) == (2, 2)


def test_two_sites_never_share_a_visitor(enriching, beacon):
    one, two = enriching(beacon(), beacon(site_id=2)).events
    assert one.visitor != two.visitor


def test_ids_are_derived_so_that_a_second_owner_makes_the_same_ones(enriching, beacon, salts, lookups):
    def owner(incarnation: bytes, offset: int):
        return enrich([beacon()], World(origin_of(incarnation, 0, offset), salts, LiveSessions(), lookups)).events[0]

    first, second = owner(bytes(16), 7), owner(bytes(16), 7)
    assert first == second
    others = {owner(bytes(16), 8).event_id, owner(b"\x01" * 16, 7).event_id}
    assert first.event_id not in others
    assert len(others) == 2
    assert first.event_id != first.session_id


def test_an_event_tells_of_which_attempt_to_send_it_it_came(enriching, beacon):
    first, again, none = enriching(beacon(attempt_id="a-1"), beacon(attempt_id="a-1", client_ip="::1"), beacon()).events
    assert first.attempt == again.attempt == attempt_hash(first.site_id, "a-1")
    assert none.attempt == 0


def test_an_unexpected_failure_costs_its_own_beacon_and_no_other(enriching, beacon):
    bad = beacon(url=None)
    found = enriching(beacon(), bad, beacon())
    assert len(found.events) == 2
    assert [(poison.place, poison.beacon, bool(poison.error)) for poison in found.poison] == [(1, bad, True)]


def test_an_empty_envelope_makes_nothing(enriching):
    found = enriching()
    assert found.events == found.dropped == found.poison == []


def test_the_days_of_an_envelope_are_those_its_beacons_happened_on(beacon, noon_ms):
    today = noon_ms // DAY_MS
    assert days_of([beacon(), beacon(age_ms=13 * HOUR_MS), beacon(age_ms=37 * HOUR_MS)]) == {
        today,
        today - 1,
        today - 2,
    }
