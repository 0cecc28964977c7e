"""Whatever breaks: what was answered 202 is counted once, and nobody's visit is cut in two."""

import pytest

from tests.chaos.faults import FAULTS, SHORT
from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, Pace, ordeal
from tests.chaos.report import Report

BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.mark.parametrize("name", SHORT)
def test_in_short_nothing_is_lost_doubled_or_split(ground: Field, report: Report, chaos_seed: int, name: str):
    ordeal(ground, BY_NAME[name], report, chaos_seed, Pace(before_s=2, after_s=1))


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_doubled_or_split(ground: Field, report: Report, chaos_seed: int, fault: Fault):
    ordeal(ground, fault, report, chaos_seed)
