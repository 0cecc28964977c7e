"""A second host in a network of its own is cut off from the engines, or from its visitors, by a link that is down."""

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests.chaos.faults import FOR_A_WHILE_S, lasting
from tests.chaos.field import Field, field
from tests.chaos.namespace import Namespace
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.integration.running_stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
SPOOLED = "tideline_collector_spooled_envelopes_total"
SPOOLS_WITHIN_S = 12
LOOSE_TIMES = 12
MOST_LOOSE_S = 1.5


@pytest.fixture(scope="module")
def apart(far_host: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field whose far host is a namespace."""
    with field(tmp_path_factory.mktemp("apart"), far=far_host) as found:
        yield found


def spooled(field: Field) -> float:
    """Envelopes that the far collector, which visitors must reach, has written to its disk since it started."""
    lines = field.stack.http.get(f"{field.far_url('collector')}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(f"{SPOOLED} "))


def cut_off(field: Field, _: random.Random) -> None:
    """The far host's services reach no engine, and its collector takes beacons to its spool."""
    before, began = spooled(field), time.monotonic()
    with field.far.inner.cut():
        until(lambda: spooled(field) > before, what="the far collector to spool", within_s=SPOOLS_WITHIN_S)
        time.sleep(max(0.0, began + FOR_A_WHILE_S - time.monotonic()))


def loose(field: Field, dice: random.Random) -> None:
    """A plug with a loose contact: cut and mended, again and again."""
    for _ in range(LOOSE_TIMES):
        with field.far.inner.cut():
            time.sleep(dice.uniform(0, MOST_LOOSE_S))
        time.sleep(dice.uniform(0, MOST_LOOSE_S))


def narrow(field: Field) -> AbstractContextManager[object]:
    """Little passes between the far host and the engines, late, and some of it is lost on the way."""
    return field.far.inner.narrow()


def without_visitors(field: Field) -> AbstractContextManager[object]:
    """Nobody reaches the far host; its services go on."""
    return field.far.outer.cut()


FAULTS = (
    Fault("link to the engines down", cut_off, least_accepted=0.99),
    Fault("link to the engines loose", loose),
    Fault("link to the visitors down", lasting(FOR_A_WHILE_S, without_visitors)),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_doubled_or_split_between_two_hosts(
    apart: Field, report: Report, chaos_seed: int, fault: Fault
):
    ordeal(apart, fault, report, chaos_seed)


@pytest.mark.usefixtures("narrow_host")
def test_nor_where_packets_are_slow_or_lost(apart: Field, report: Report, chaos_seed: int):
    ordeal(apart, Fault("link to the engines narrow and lossy", lasting(FOR_A_WHILE_S, narrow)), report, chaos_seed)
