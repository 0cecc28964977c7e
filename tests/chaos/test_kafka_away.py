"""Kafka is away for long: 202 is answered all the while from the spool, and afterwards everything is counted once."""

import os

import pytest

from tests.chaos.faults import lasting
from tests.chaos.field import Field
from tests.chaos.load import AS_FAST_AS_THEY_ARE_TAKEN, Ledger, fat, steady_load
from tests.chaos.ordeal import Fault, Pace, new_site, ordeal
from tests.chaos.report import Report
from tests.chaos.settling import settle
from tests.integration.collector_metrics import gauge
from tests.integration.process_memory import watched
from tests.integration.running_stack import until

A_WHILE_S, AN_HOUR_S = 120, int(os.environ.get("CHAOS_HOUR_S") or 3_600)
MUCH, A_THOUSAND = 300, 1_000
MOST_REFUSED = 0.01
BYTES_A_BEACON = 262
"""Of the spool, as `python -m bench.spool` measures it."""
AN_HOURS_BYTES = 3_600 * A_THOUSAND * BYTES_A_BEACON
FED_WITHIN_S, EMPTIED_WITHIN_S, STORED_WITHIN_S = 300, 120, 300
"""Emptied in two minutes at most, of what came in an hour; the rest of the pipeline catches up in five more."""
MOST_MEMORY_BYTES = 256 * 2**20
COLLECTORS = ("collector", "collector-far")


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


def spooled(field: Field, unit: str) -> float:
    """What both spools hold just now, in bytes or envelopes."""
    return sum(gauge(field.stack.http, collector, f"spool_{unit}") for collector in field.collectors)


def fed_at_once(field: Field, site: str, seed: int) -> Ledger:
    """Kafka is away until an hour's bytes are spooled, as fast as they are taken; returns once all is replayed."""
    with (
        field.refused("kafka"),
        steady_load(site, field.collectors, AS_FAST_AS_THEY_ARE_TAKEN, seed, fat) as load,
    ):
        until(lambda: spooled(field, "bytes") >= AN_HOURS_BYTES, what="an hour's bytes", within_s=FED_WITHIN_S)
    until(lambda: not spooled(field, "envelopes"), what="the spools to be empty", within_s=EMPTIED_WITHIN_S)
    return load.ledger


@pytest.mark.chaos
@pytest.mark.timeout(1_200)
def test_the_bytes_of_an_hour_are_taken_at_once_and_replayed_in_minutes(own: Field, report: Report, chaos_seed: int):
    name, site, ledgers = "kafka away, an hour's bytes at once", new_site(own), []
    fault = Fault(
        name,
        lambda field, _: ledgers.append(fed_at_once(field, site, chaos_seed)),
        within_s=STORED_WITHIN_S,
        least_accepted=1 - MOST_REFUSED,
    )
    with watched(own.pids()[collector] for collector in COLLECTORS) as memories:
        # the steady load of the ordeal is what comes meanwhile, and queues behind what is spooled
        ordeal(own, fault, report, chaos_seed)
    (ledger,) = ledgers
    settle(own, site, ledger, report, f"{name}: what was fed", STORED_WITHIN_S)
    assert len(ledger.accepted()) == len(ledger.sent), f"answered: {ledger.statuses()}"
    assert max(memory.most for memory in memories) < MOST_MEMORY_BYTES


@pytest.mark.chaos_long
@pytest.mark.timeout(4 * AN_HOUR_S)
def test_an_hour_without_kafka_at_a_thousand_a_second_refuses_nobody(own: Field, report: Report, chaos_seed: int):
    survive(own, report, chaos_seed, AN_HOUR_S, A_THOUSAND)
