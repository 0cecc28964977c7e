"""The golden examples, through the real tables of user agents, sources and spam."""

import json
from pathlib import Path

import pytest
from enricher.adapters.geo_database import open_places
from enricher.adapters.user_agents import UserAgents
from enricher.envelope_to_events import enrich
from enricher.live_sessions import LiveSessions
from enricher.lookups import remembered
from enricher.steps.draft import World, origin_of

CASES = json.loads((Path(__file__).parent / "golden.json").read_text())["cases"]


@pytest.fixture(scope="module")
def real_lookups():
    return remembered(UserAgents().client_of, open_places(""), 100)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_beacons_become_the_events_of_the_example(case, real_lookups, salts, beacon):
    world = World(origin_of(bytes(16), 0, 0), salts, LiveSessions(), real_lookups)
    found = enrich([beacon(**changes) for changes in case["beacons"]], world)
    seen = [
        {name: getattr(event, name) for name in wanted}
        for event, wanted in zip(found.events, case["events"], strict=True)
    ]
    assert seen == case["events"]
    assert [tally.reason for tally in found.dropped] == case.get("dropped", [])
    assert found.poison == []
