"""User agents: an example of every class of device, of renamed families, of robots and of people."""

from pathlib import Path

import pytest
from enricher.adapters.user_agents import UserAgents
from enricher.steps.client import Client

LINES = [
    line.split("\t") for line in (Path(__file__).parent / "user_agents.tsv").read_text().splitlines() if line[0] != "#"
]
ROBOTS = [line[1] for line in LINES if line[0] == "robot"]
PEOPLE = [line[-1] for line in LINES if line[0] != "robot"]


@pytest.fixture(scope="module")
def client_of():
    return UserAgents().client_of


@pytest.mark.parametrize("line", [line for line in LINES if len(line) > 2], ids=lambda line: "-".join(line[:2]))
def test_a_client_is_named_as_answers_show_it(client_of, line):
    assert client_of(line[-1]) == Client(False, *line[:-1])


@pytest.mark.parametrize("user_agent", ["", " ", *ROBOTS])
def test_a_robot_is_known_by_its_name(client_of, user_agent):
    assert client_of(user_agent).is_bot


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_a_person_is_not_taken_for_a_robot(client_of, user_agent):
    assert not client_of(user_agent).is_bot


@pytest.mark.parametrize("user_agent", ["\ud800", "\x00", "(" * 5_000, "Mozilla/5.0", "日本語"])
def test_any_text_has_an_answer(client_of, user_agent):
    assert isinstance(client_of(user_agent), Client)
