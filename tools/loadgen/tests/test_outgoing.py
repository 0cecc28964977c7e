"""Beacons as they go over the wire."""

import json
from itertools import islice

from loadgen.outgoing import pageview, stroll
from loadgen.people import Crowd
from loadgen.world import load_world


def strolled(n, rate=10.0, seed=1):
    return list(islice(stroll(Crowd(load_world(), seed), "demo.example", rate), n))


def test_the_same_seed_sends_the_same_beacons():
    assert strolled(300) == strolled(300)
    assert strolled(300) != strolled(300, seed=2)


def test_beacons_are_due_at_the_rate():
    assert [b.due_s for b in strolled(5, rate=4.0)] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_people_come_back_for_their_next_step_after_their_pause():
    sent = strolled(4_000)
    names = {b.name for b in sent}
    assert {"pageview", "engagement", "Signup"} <= names
    assert len({(b.ip, b.user_agent) for b in sent}) < len(sent) / 2


def test_a_beacon_speaks_plausibles_wire_format():
    bodies = [json.loads(b.body) for b in strolled(4_000)]
    assert all(b["d"] == "demo.example" and b["u"].startswith("https://demo.example/") for b in bodies)
    assert any("r" in b for b in bodies)
    assert any("utm_medium=email" in b["u"] for b in bodies)
    assert any(b.get("$", {}).get("currency") == "EUR" for b in bodies)
    assert any(b.get("i") is False for b in bodies)
    engagement = next(b for b in bodies if b["n"] == "engagement")
    assert engagement["e"] >= 0
    assert 0 <= engagement["sd"] <= 100


def test_only_the_first_step_of_a_visit_says_where_it_came_from():
    bodies = [json.loads(b.body) for b in strolled(2_000)]
    assert all(b["n"] == "pageview" for b in bodies if "r" in b or "?" in b["u"])


def test_a_pageview_without_referrer_names_none():
    assert "r" not in json.loads(pageview(0.0, "a.example", "/x", "192.0.2.1", "UA", "").body)
