"""Kafka is away for long: 202 is answered all the while from the spool, and afterwards everything is counted once."""

import os
from collections.abc import Iterator

import pytest

from tests.chaos.faults import lasting
from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, Pace, ordeal
from tests.chaos.report import Report

A_WHILE_S, AN_HOUR_S = 120, int(os.environ.get("CHAOS_HOUR_S") or 3_600)
MUCH, A_THOUSAND = 300, 1_000
MOST_REFUSED = 0.01


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field of the test's own, whose log nobody else fills."""
    with field(tmp_path_factory.mktemp("away")) as found:
        yield found


def survive(field: Field, report: Report, seed: int, seconds: float, rate: float) -> None:
    """Replay must outrun the load, which goes on: a second of it for each second away is the bound."""
    name = f"kafka away for {seconds / 60:.0f} minutes at {rate} beacons/s"
    ordeal(
        field,
        Fault(name, lasting(seconds, lambda field: field.refused("kafka")), within_s=seconds),
        report,
        seed,
        Pace(rate),
    )
    run = report.runs[-1]
    assert run.accepted >= run.sent * (1 - MOST_REFUSED)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_minutes_without_kafka_refuse_nobody(own: Field, report: Report, chaos_seed: int):
    survive(own, report, chaos_seed, A_WHILE_S, MUCH)


@pytest.mark.chaos_long
@pytest.mark.timeout(4 * AN_HOUR_S)
def test_an_hour_without_kafka_at_a_thousand_a_second_refuses_nobody(own: Field, report: Report, chaos_seed: int):
    survive(own, report, chaos_seed, AN_HOUR_S, A_THOUSAND)
