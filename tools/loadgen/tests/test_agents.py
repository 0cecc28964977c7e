"""The made-up browsers are what the enricher sees in their user agents."""

import pytest
from enricher.adapters.user_agents import UserAgents
from loadgen.people import Crowd
from loadgen.world import load_world

WORLD = load_world()


@pytest.fixture(scope="module")
def user_agents():
    return UserAgents()


def test_live_people_have_the_names_and_versions_of_a_made_up_past(user_agents):
    crowd = Crowd(WORLD, 3)
    for _ in range(300):
        person = crowd.person()
        found = user_agents.client_of(person.user_agent)
        assert (found.device, found.browser, found.os) == (person.agent.device, person.agent.browser, person.agent.os)
        assert (found.browser_version, found.os_version) == (person.browser_version, person.os_version)


def test_nobody_is_taken_for_a_bot(user_agents):
    crowd = Crowd(WORLD, 4)
    assert not any(user_agents.client_of(crowd.person().user_agent).is_bot for _ in range(100))
