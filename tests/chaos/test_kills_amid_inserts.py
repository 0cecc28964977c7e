"""ClickHouse is killed while it takes an insert, again and again: what it acknowledged may be gone, or half there."""

import os
import random
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.field import Field, field
from tests.chaos.ordeal import Fault, Strike, ordeal
from tests.chaos.report import Report
from tests.chaos.stack_behind_proxies import HOSTS
from tests.integration.running_stack import until

FEW, MANY = 10, int(os.environ.get("CHAOS_KILLS") or 100)
A_KILL_WITHIN_S = 60
AN_INSERT_WITHIN_S = 30
MOST_INSERTS_A_LIFE = 12
AN_INSERT_TAKES_S = 0.06
"""With the commit after it: anything of that may be what the kill breaks off."""
OF_AN_INSERT = b"insert_deduplication_token"
OFTEN_S = 0.1


@pytest.fixture
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A field of the test's own, whose sinks insert as often as ClickHouse lets them."""
    with field(tmp_path_factory.mktemp("kills"), {"FLUSH_INTERVAL_S": str(OFTEN_S)}) as found:
        yield found


def killed_amid_inserts(times: int) -> Strike:
    """`kill -9` of ClickHouse a moment after one of its first dozen inserts has reached it, so many times."""

    def strike(field: Field, dice: random.Random) -> None:
        for _ in range(times):
            # the first that a new life takes are those that the kill before broke off
            await_inserts(field, dice.randint(1, MOST_INSERTS_A_LIFE))
            time.sleep(dice.uniform(0, AN_INSERT_TAKES_S))
            killed = field.pids()["clickhouse"]
            field.kill("clickhouse")
            until(lambda pid=killed: field.pids().get("clickhouse", pid) != pid, what="another ClickHouse")

    return strike


def await_inserts(field: Field, count: int) -> None:
    """Return as soon as the sinks of both hosts have sent so many, counted together."""
    sent = threading.Semaphore(0)

    def overheard(chunk: bytes) -> None:
        if OF_AN_INSERT in chunk:
            sent.release()

    with field.weather(*(f"{host}-clickhouse" for host in HOSTS), overheard=overheard):
        for _ in range(count):
            assert sent.acquire(timeout=AN_INSERT_WITHIN_S), "no sink inserts"


def survive(field: Field, report: Report, seed: int, times: int) -> None:
    ordeal(field, Fault(f"kill -9 of clickhouse amid {times} inserts", killed_amid_inserts(times)), report, seed)


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_a_few_kills_amid_inserts_lose_and_double_nothing(busy: Field, report: Report, chaos_seed: int):
    survive(busy, report, chaos_seed, FEW)


@pytest.mark.chaos_long
@pytest.mark.timeout(300 + MANY * A_KILL_WITHIN_S)
def test_nor_do_a_hundred(busy: Field, report: Report, chaos_seed: int):
    survive(busy, report, chaos_seed, MANY)
