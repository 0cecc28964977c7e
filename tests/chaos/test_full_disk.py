"""A disk without room under Kafka, ClickHouse or the collectors, under load; then there is room again."""

from collections.abc import Iterator
from contextlib import contextmanager

import clickhouse_connect
import pytest

from tests.chaos.faults import lasting
from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.chaos.small_disks import CLICKHOUSE_STOPS_AT_BYTES, PLACES, full, may_mount, small_disks

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not may_mount(), reason="full disk: only root may mount a small one"),
]
FULL_FOR_S = 15
_RESERVE = "min_free_disk_bytes_to_perform_insert"


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field on small disks."""
    folder = tmp_path_factory.mktemp("cramped")
    with small_disks(folder / "state"), field(folder) as found:
        reserve(found)
        yield found


def reserve(field: Field) -> None:
    """Have ClickHouse refuse to insert while there is still some room, as docs/adr/0006 asks of whoever runs it."""
    client = clickhouse_connect.get_client(dsn=field.stack.endpoints["clickhouse"])
    client.command(f"ALTER TABLE events MODIFY SETTING {_RESERVE} = {CLICKHOUSE_STOPS_AT_BYTES}")
    client.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_full_disk_loses_nothing_and_is_got_over_unaided(cramped: Field, report: Report, chaos_seed: int, place: str):
    strike = lasting(FULL_FOR_S, lambda field: full(field.stack.state, place))
    ordeal(cramped, Fault(f"disk full under {place}", strike, within_s=90), report, chaos_seed)


def test_with_kafka_away_and_no_room_to_spool_nothing_is_promised(cramped: Field, report: Report, chaos_seed: int):
    strike = lasting(FULL_FOR_S, no_kafka_and_no_spool)
    ordeal(
        cramped, Fault("kafka refuses, spool's disk full", strike, within_s=90, least_accepted=0), report, chaos_seed
    )


@contextmanager
def no_kafka_and_no_spool(field: Field) -> Iterator[None]:
    with field.refused("kafka"), full(field.stack.state, "the collectors"):
        yield
