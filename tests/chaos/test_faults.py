"""Whatever breaks: what was answered 202 is counted once, and nobody's visit is cut in two."""

import os

import pytest

from tests.chaos.canaries import files_telling_of_people
from tests.chaos.faults import AT_RANDOM, FAULTS, SHORT
from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, Pace, ordeal
from tests.chaos.report import Report

ROUNDS = int(os.environ.get("CHAOS_ROUNDS") or 3)
MANY_ROUNDS = int(os.environ.get("CHAOS_ROUNDS") or 100)
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.mark.parametrize("name", SHORT)
def test_in_short_nothing_is_lost_doubled_or_split(ground: Field, report: Report, chaos_seed: int, name: str):
    ordeal(ground, BY_NAME[name], report, chaos_seed, Pace(before_s=2, after_s=1))


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_doubled_or_split(ground: Field, report: Report, chaos_seed: int, fault: Fault):
    ordeal(ground, fault, report, chaos_seed)


@pytest.mark.chaos
@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("fault", AT_RANDOM, ids=lambda fault: fault.name)
def test_nor_is_it_at_random(ground: Field, report: Report, chaos_seed: int, fault: Fault, number: int):
    ordeal(ground, fault, report, chaos_seed + number)


@pytest.mark.chaos_long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", range(MANY_ROUNDS))
def test_nor_is_it_in_many_random_rounds(ground: Field, report: Report, chaos_seed: int, number: int):
    fault = (*AT_RANDOM, *FAULTS)[number % (len(AT_RANDOM) + len(FAULTS))]
    ordeal(ground, fault, report, chaos_seed + 1_000 + number)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "faults", [pytest.param("a few", id="a few"), pytest.param("all", marks=pytest.mark.chaos, id="all")]
)
def test_after_them_nobodys_address_and_user_agent_lie_anywhere(ground: Field, faults: str):
    assert files_telling_of_people(ground.stack.state) == []
