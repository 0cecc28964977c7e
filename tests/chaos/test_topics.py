"""What happens to topics while people are on the site, on a field that is given up afterwards."""

import random
import signal
import time

import pytest

from tests.chaos import topics
from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, Pace, check_answers, ordeal
from tests.chaos.report import Report
from tests.chaos.stack_behind_proxies import FAR_SERVICES, TWICE
from tests.integration.running_stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
MORE_PARTITIONS = 6
GONE_FOR_S = 5
IN_USE_WITHIN_S = 120


def widen(field: Field, _: random.Random) -> None:
    """`events` first: an enricher that reads a new partition must find where to write it. Until the last is in use."""
    kafka = field.stack.endpoints["kafka"]
    for topic in ("events", "beacons"):
        topics.widen(kafka, topic, MORE_PARTITIONS)
    # they count partitions when they connect
    for name in (*TWICE, *FAR_SERVICES):
        field.signal(name, signal.SIGTERM)
    until(
        lambda: topics.end_of(kafka, "events", MORE_PARTITIONS - 1) > 0, what="events in the last partition",
        within_s=IN_USE_WITHIN_S, every_s=1,
    )  # fmt: skip


def test_partitions_are_added_under_load(own: Field, report: Report, chaos_seed: int):
    ordeal(own, Fault("partitions added", widen, within_s=90, moves_visitors=True), report, chaos_seed)
    ordeal(own, Fault("after partitions were added", lambda *_: None), report, chaos_seed)


def make_anew(field: Field, _: random.Random) -> None:
    """Delete `beacons` once all of it is stored, and have the operator's command make it again."""
    topics.delete(field.stack.endpoints["kafka"], "beacons")
    time.sleep(GONE_FOR_S)
    field.stack.tideline("migrate")


def test_the_topic_of_beacons_is_made_anew_between_two_loads(own: Field, report: Report, chaos_seed: int):
    before = ordeal(own, Fault("before the topic was made anew", lambda *_: None), report, chaos_seed)
    make_anew(own, random.Random(chaos_seed))  # noqa: S311  unused
    until(own.all_up, what="all services after the topic was made anew", within_s=90)
    ordeal(own, Fault("topic made anew", lambda *_: None, within_s=90), report, chaos_seed, Pace(before_s=5))
    check_answers(own, before)
