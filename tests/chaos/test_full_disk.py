"""A disk without room under Kafka, ClickHouse or the collectors, under load; then there is room again."""

from collections.abc import Iterator
from contextlib import contextmanager

import clickhouse_connect
import pytest

from tests.chaos.faults import lasting
from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, ordeal
from tests.chaos.report import Report
from tests.chaos.small_disks import PLACES, full, may_mount, small_disks
from tests.integration.running_stack import until

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not may_mount(), reason="full disk: only root may mount a small one"),
]
FULL_FOR_S = 15
_MERGES = "SELECT count() FROM system.merges"


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field on small disks."""
    folder = tmp_path_factory.mktemp("cramped")
    with small_disks(folder / "state"), field(folder) as found:
        yield found


@contextmanager
def full_between_merges(field: Field, place: str) -> Iterator[None]:
    """That disk has no room left while this lasts, and ClickHouse does not merge.

    A disk that another program fills in the midst of a merge or an insert is outside of the promise (docs/adr/0006):
    ClickHouse 26.9 then answers that all is well, and keeps a part of empty files.
    """
    client = clickhouse_connect.get_client(dsn=field.stack.endpoints["clickhouse"])
    try:
        client.command("SYSTEM STOP MERGES")
        until(lambda: client.query(_MERGES).result_rows[0][0] == 0, what="the merges that run to end")
        with full(field.stack.state, place):
            yield
    finally:
        client.command("SYSTEM START MERGES")
        client.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_full_disk_loses_nothing_and_is_got_over_unaided(cramped: Field, report: Report, chaos_seed: int, place: str):
    strike = lasting(FULL_FOR_S, lambda field: full_between_merges(field, place))
    ordeal(cramped, Fault(f"disk full under {place}", strike, within_s=90), report, chaos_seed)


def test_with_kafka_away_and_no_room_to_spool_nothing_is_promised(cramped: Field, report: Report, chaos_seed: int):
    strike = lasting(FULL_FOR_S, no_kafka_and_no_spool)
    ordeal(cramped, Fault("kafka refuses, spool's disk full", strike, within_s=90), report, chaos_seed)


@contextmanager
def no_kafka_and_no_spool(field: Field) -> Iterator[None]:
    with field.refused("kafka"), full(field.stack.state, "the collectors"):
        yield
