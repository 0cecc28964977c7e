"""People drawn at random, and what they do."""

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from loadgen.people import Crowd
from loadgen.world import load_world

WORLD = load_world()


@pytest.fixture
def crowd():
    return Crowd(WORLD, 5)


def test_the_same_seed_draws_the_same_people_and_visits(crowd):
    twin = Crowd(WORLD, 5)
    assert [crowd.person() for _ in range(20)] == [twin.person() for _ in range(20)]
    assert [crowd.visit() for _ in range(20)] == [twin.visit() for _ in range(20)]


def test_a_person_has_an_address_of_a_network_of_their_country(crowd):
    for _ in range(50):
        person = crowd.person()
        assert any(ip_address(person.ip) in ip_network(n) for n in person.country.networks)
        assert person.city in person.country.cities


def test_a_user_agent_is_filled_in(crowd):
    for _ in range(50):
        person = crowd.person()
        assert "{" not in person.user_agent
        assert person.browser_version in person.user_agent


def test_a_visit_begins_with_a_pageview_at_once_and_goes_on_in_order_of_time(crowd):
    for _ in range(100):
        steps = crowd.visit().steps
        assert (steps[0].name, steps[0].offset_ms) == ("pageview", 0)
        assert [s.offset_ms for s in steps] == sorted(s.offset_ms for s in steps)


def test_every_page_is_left_with_an_engagement(crowd):
    for _ in range(100):
        names = [s.name for s in crowd.visit().steps]
        assert names.count("pageview") == names.count("engagement")
        assert names[-1] == "engagement"


def test_no_pause_ends_a_session(crowd):
    for _ in range(300):
        offsets = [s.offset_ms for s in crowd.visit().steps]
        assert all(b - a < 30 * 60_000 for a, b in pairwise(offsets))


def test_among_many_visits_are_bounces_custom_events_props_and_revenue(crowd):
    visits = [crowd.visit() for _ in range(2_000)]
    steps = [step for visit in visits for step in visit.steps]
    pages = [sum(s.name == "pageview" for s in visit.steps) for visit in visits]
    assert 0.35 < pages.count(1) / len(visits) < 0.65
    assert {a.name for a in WORLD.actions} <= {s.name for s in steps}
    assert any(s.props for s in steps)
    assert any(s.revenue_amount for s in steps)
    assert any(not s.interactive for s in steps)


def test_actions_and_arrivals_happen_on_pages_that_there_are():
    paths = {page.path for page in WORLD.pages}
    assert {action.page for action in WORLD.actions} <= paths
    assert {arrival.page for arrival in WORLD.arrivals if arrival.page} <= paths
