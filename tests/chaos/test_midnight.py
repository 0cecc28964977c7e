"""The stack's clock goes over midnight, and the salt changes, while people are on the site."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from local_stack.stack import SERVICES

from tests.chaos import clock
from tests.chaos.faults import emptied, killed
from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, Strike, ordeal
from tests.chaos.report import Report
from tests.chaos.stack_behind_proxies import CLOCK, FAR_SERVICES

LIBRARY = clock.library()
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(LIBRARY is None, reason="midnight: libfaketime is not installed"),
]
BEFORE_MIDNIGHT_S = 100
AROUND_S = 5


@pytest.fixture
def late_evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field whose clock was a minute or two short of midnight when it started."""
    back_s = clock.seconds_back(datetime.now(UTC), BEFORE_MIDNIGHT_S)
    with field(tmp_path_factory.mktemp("midnight"), {CLOCK: json.dumps(clock.environ(LIBRARY, back_s))}) as found:
        found.clock_back_s = back_s
        yield found


def over_midnight(trouble: Strike) -> Strike:
    """Wait for midnight; the trouble comes some seconds before or after it."""

    def strike(field: Field, dice: random.Random) -> None:
        evening = field.now()
        midnight = evening.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        assert midnight - evening < timedelta(seconds=BEFORE_MIDNIGHT_S), "midnight has passed already"
        wait_until(field, midnight + timedelta(seconds=dice.uniform(-AROUND_S, AROUND_S)))
        trouble(field, dice)
        wait_until(field, midnight + timedelta(seconds=2 * AROUND_S))

    return strike


def wait_until(field: Field, moment: datetime) -> None:
    while field.now() < moment:
        time.sleep(0.1)


TROUBLES = {
    "midnight": lambda *_: None,
    "midnight, redis and salt-cron killed": killed("redis", "salt-cron"),
    "midnight, redis emptied": emptied,
    "midnight, all services killed": killed(*SERVICES, *FAR_SERVICES),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_visit_over_midnight_stays_one_visit_of_one_visitor(
    late_evening: Field, report: Report, chaos_seed: int, name: str
):
    ordeal(
        late_evening, Fault(name, over_midnight(TROUBLES[name]), within_s=90, least_accepted=0.5), report, chaos_seed
    )
