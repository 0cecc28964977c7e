"""A disk without a byte left under Kafka, ClickHouse or the collectors, under load; then there is room again."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.chaos.small_disks import PLACES, full, may_mount, small_disks

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not may_mount(), reason="full disk: only root may mount a small one"),
]
FULL_FOR_S = 15


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field on small disks."""
    folder = tmp_path_factory.mktemp("cramped")
    with small_disks(folder / "state"), field(folder) as found:
        yield found


@pytest.mark.parametrize("place", PLACES)
def test_a_full_disk_loses_nothing_and_is_got_over_unaided(cramped: Field, report: Report, chaos_seed: int, place: str):
    def strike(field: Field, _: random.Random) -> None:
        with full(field.stack.state, place):
            time.sleep(FULL_FOR_S)

    ordeal(cramped, Fault(f"disk full under {place}", strike, within_s=90), report, chaos_seed)


def test_with_kafka_away_and_no_room_to_spool_nothing_is_promised(cramped: Field, report: Report, chaos_seed: int):
    def strike(field: Field, _: random.Random) -> None:
        with field.refused("kafka"), full(field.stack.state, "the collectors"):
            time.sleep(FULL_FOR_S)

    ordeal(cramped, Fault("kafka refuses, spool's disk full", strike, within_s=90), report, chaos_seed)
