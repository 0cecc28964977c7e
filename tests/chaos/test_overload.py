"""At several times what is taken: the rest is told when to come again, and what was answered 202 is counted once."""

import shutil
from collections.abc import Iterator

import pytest

from tests.chaos.field import Field, field
from tests.chaos.flood import LONG, MANY, Flood, flood
from tests.chaos.load import ACCEPTED, steady_load
from tests.chaos.ordeal import new_site
from tests.chaos.report import Report
from tests.chaos.settling import settle
from tests.integration.collector_metrics import refusals
from tests.integration.process_memory import watched

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed (Debian: apt-get install wrk)"),
]
SITE_A_S, ADDRESS_A_S, ADDRESS_BURST, PENDING_BYTES = 200, 20, 100, 60_000
BOUNDS = {
    "SITE_RATE_PER_S": str(SITE_A_S),
    "SITE_BURST": str(SITE_A_S),
    "ADDRESS_RATE_PER_S": str(ADDRESS_A_S),
    "ADDRESS_BURST": str(ADDRESS_BURST),
    "MAX_PENDING_BYTES": str(PENDING_BYTES),
}
"""What one collector takes: as an operator would set it who has little behind it."""
TIMES = 3
FOR_S = 15
DRAINED_WITHIN_S = 60
MOST_GROWTH_BYTES, MOST_MEMORY_BYTES = 64 * 2**20, 200 * 2**20
A_FEW = 60
COLLECTORS = ("collector", "collector-far")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field whose collectors take little."""
    with field(tmp_path_factory.mktemp("overload"), BOUNDS) as found:
        yield found


def check_politely_shed(found: Flood, *statuses: int) -> None:
    """Others than these were not answered, and each refusal said when to come again."""
    assert set(found.answers()) == {ACCEPTED, *statuses}
    assert not found.curt


def test_at_three_times_what_is_taken_the_rest_is_shed_and_memory_stays_bounded(guarded: Field, report: Report):
    site = new_site(guarded)
    with watched(guarded.pids()[name] for name in COLLECTORS) as memories:
        found = flood(site, guarded.collectors, FOR_S, MANY, LONG)
    check_politely_shed(found, 429, 503)
    answers = found.answers()
    assert sum(answers.values()) > TIMES * answers[ACCEPTED]
    assert all(
        {"429 site", "503 too_much_pending"} <= set(refusals(guarded.stack.http, url)) for url in guarded.collectors
    )
    for memory in memories:
        assert memory.most < min(memory.before + MOST_GROWTH_BYTES, MOST_MEMORY_BYTES)
    settle(guarded, site, found.ledger, report, "overload: three times what is taken", DRAINED_WITHIN_S)


@pytest.mark.parametrize(
    ("name", "visitors", "most_a_s", "burst"),
    [
        pytest.param("a site", MANY, SITE_A_S, SITE_A_S, id="a site"),
        pytest.param("an address", MANY[:1], ADDRESS_A_S, ADDRESS_BURST, id="an address"),
    ],
)
def test_one_that_floods_is_shed_and_others_are_served(
    guarded: Field, report: Report, chaos_seed: int, name: str, visitors: range, most_a_s: int, burst: int
):
    theirs, ours = new_site(guarded), new_site(guarded)
    with steady_load(ours, guarded.collectors, A_FEW, chaos_seed) as load:
        found = flood(theirs, guarded.collectors, FOR_S, visitors)
    check_politely_shed(found, 429)
    most = (burst + most_a_s * found.seconds) * len(guarded.collectors)
    assert burst <= found.answers()[ACCEPTED] <= most
    assert set(load.ledger.statuses()) == {ACCEPTED}
    settle(guarded, theirs, found.ledger, report, f"overload by {name}: those who flood", DRAINED_WITHIN_S)
    settle(guarded, ours, load.ledger, report, f"overload by {name}: others", DRAINED_WITHIN_S)
