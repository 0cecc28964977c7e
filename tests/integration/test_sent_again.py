"""A beacon that a client sends again counts once, whichever attempt comes first and from wherever it comes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from local_stack.ports import free_port

from tests.integration.running_stack import Stack, until
from tests.integration.sealed_by_hand import Hand

JUDGED_WITHIN_S = 45
HOUR_MS = 3_600_000


@pytest.fixture
def hand(stack: Stack, site: str) -> Iterator[Hand]:
    made = Hand(stack, site)
    yield made
    made.tell_pending()


def yesterday_and_today() -> list[str]:
    return [time.strftime("%Y-%m-%d", time.gmtime(time.time() - age_s)) for age_s in (86_400, 0)]


def pages(stack: Stack, site: str) -> dict[str, int]:
    return stack.by(site, "event:page", "pageviews", date_range=yesterday_and_today())


def judged(stack: Stack) -> dict[str, float]:
    """Beacons judged so far, by verdict; a process that was started anew begins at 0."""
    return verdicts_at(stack, int(stack.endpoints["collector"].rpartition(":")[2]) + 6)


def verdicts_at(stack: Stack, port: int) -> dict[str, float]:
    try:
        text = stack.http.get(f"http://127.0.0.1:{port}/metrics").text
    except httpx.TransportError:
        return {}
    lines = [line for line in text.splitlines() if line.startswith("tideline_repeats_beacons_total{")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


def until_accounted_for(stack: Stack, site: str, *, stored: int, repeated: int) -> None:
    """Every beacon of the site is in the loss ledger, once."""
    asked = {
        "url": f"{stack.endpoints['query_api']}/api/v1/sites/{site}/ledger",
        "params": dict(zip(("from", "to"), yesterday_and_today(), strict=True)),
        "headers": {"Authorization": f"Bearer {stack.endpoints['api_key']}"},
    }

    def totals() -> tuple[int, int, int, int]:
        found = stack.http.get(**asked).json()["totals"]
        return found["accepted"], found["stored"], found["dropped"].get("repeated", 0), found["difference"]

    until(
        lambda: totals() == (stored, stored, repeated, 0),
        what="every beacon to be accounted for, once",
        within_s=2 * JUDGED_WITHIN_S,
    )


def ready(stack: Stack, port: int) -> bool:
    try:
        return stack.http.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def until_judged(stack: Stack, before: dict[str, float], **verdicts: int) -> None:
    wanted = {verdict: before.get(verdict, 0) + count for verdict, count in verdicts.items()}
    until(
        lambda: all(judged(stack).get(verdict, 0) >= count for verdict, count in wanted.items()),
        what=f"{verdicts} to be judged", within_s=JUDGED_WITHIN_S,
    )  # fmt: skip


def test_a_retry_from_another_address_counts_once(stack: Stack, site: str, hand: Hand):
    before = judged(stack)
    hand.first(hand.beacon("/once", "a-1"))
    hand.again(hand.beacon("/once", "a-1", ip="198.51.100.77", repeat=True, age_ms=1_000))
    until_judged(stack, before, repeated=1)
    assert pages(stack, site) == {"/once": 1}
    assert stack.totals(site, "visitors") == [1]


def test_a_retry_whose_first_attempt_never_came_counts_in_its_own_hour(stack: Stack, site: str, hand: Hand):
    hand.again(hand.beacon("/lost", "a-2", repeat=True, age_ms=5 * HOUR_MS))
    until(lambda: pages(stack, site) == {"/lost": 1}, what="the retry", within_s=JUDGED_WITHIN_S)
    happened = time.gmtime(time.time() - 5 * 3_600)
    by_hour = stack.by(site, "time:hour", "pageviews", date_range=yesterday_and_today())
    assert {hour: count for hour, count in by_hour.items() if count} == {
        time.strftime("%Y-%m-%d %H:00:00", happened): 1
    }


def test_two_retries_at_once_from_two_addresses_count_once(stack: Stack, site: str, hand: Hand):
    before = judged(stack)
    hand.again(
        hand.beacon("/twice", "a-3", ip="198.51.100.1", repeat=True),
        hand.beacon("/twice", "a-3", ip="198.51.100.2", repeat=True),
    )
    until_judged(stack, before, new=1, repeated=1)
    until(lambda: pages(stack, site) == {"/twice": 1}, what="one of them", within_s=JUDGED_WITHIN_S)


def test_a_retry_waits_for_a_first_attempt_that_lies_in_a_spool(stack: Stack, site: str, hand: Hand):
    before = judged(stack)
    spooled = hand.beacon("/spooled", "a-4")
    hand.tell_pending(spooled.received_ms)
    hand.again(hand.beacon("/spooled", "a-4", ip="198.51.100.9", repeat=True))
    time.sleep(15)
    assert judged(stack) == before
    hand.first(spooled)
    hand.tell_pending()
    until_judged(stack, before, repeated=1)
    assert pages(stack, site) == {"/spooled": 1}


@pytest.mark.parametrize("name", ["enricher", "sink"])
def test_a_retry_waits_for_a_first_attempt_that_a_frozen_service_holds(stack: Stack, site: str, hand: Hand, name: str):
    before = judged(stack)
    frozen = stack.pid(name)
    os.kill(frozen, signal.SIGSTOP)
    try:
        hand.first(hand.beacon("/held", f"a-5-{name}"))
        hand.again(hand.beacon("/held", f"a-5-{name}", ip="198.51.100.9", repeat=True))
        time.sleep(15)
        assert judged(stack) == before
    finally:
        os.kill(frozen, signal.SIGCONT)
    until_judged(stack, before, repeated=1)
    until(lambda: pages(stack, site) == {"/held": 1}, what="the first attempt", within_s=JUDGED_WITHIN_S)


def test_a_judge_killed_again_and_again_doubles_nothing_and_loses_nothing(stack: Stack, site: str, hand: Hand):
    paths = [f"/page-{number:03}" for number in range(60)]
    hand.first(*(hand.beacon(path, f"a-6-{path}") for path in paths[:20]))
    for round_number in range(3):
        hand.again(*(hand.beacon(path, f"a-6-{path}", ip=f"198.51.100.{round_number}", repeat=True) for path in paths))
        time.sleep(4)
        stack.kill("repeats")
    until(lambda: set(pages(stack, site)) == set(paths), what="every page", within_s=2 * JUDGED_WITHIN_S)
    until_accounted_for(stack, site, stored=60, repeated=140)
    assert pages(stack, site) == dict.fromkeys(paths, 1)


def test_two_judges_that_both_think_a_repeat_theirs_make_one_event_and_one_count_of_it(
    stack: Stack, site: str, hand: Hand
):
    """What a judge does that was killed after it appended and before it committed, and one that was thought dead."""
    port = free_port()
    told = {"PORT": str(port), "GROUP_ID": "second", "LOOK_AGAIN_S": "0.05"}
    second = subprocess.Popen([sys.executable, "-m", "repeats"], env=stack.environ | told, cwd=stack.state)
    try:
        until(lambda: ready(stack, port), what="the second judge", within_s=JUDGED_WITHIN_S)
        time.sleep(15)  # it judges all of before again
        judges = [lambda: judged(stack), lambda: verdicts_at(stack, port)]
        wanted = [sum(verdicts().values()) + 80 for verdicts in judges]
        paths = [f"/shared-{number:02}" for number in range(40)]
        hand.first(*(hand.beacon(path, f"a-7-{path}") for path in paths[:10]))
        hand.again(*(hand.beacon(path, f"a-7-{path}", ip="198.51.100.7", repeat=True) for path in paths * 2))
        # whoever is second may find what the other one has put on already: then it is `repeated` to him
        until(
            lambda: all(sum(verdicts().values()) >= count for verdicts, count in zip(judges, wanted, strict=True)),
            what="the verdicts of both", within_s=JUDGED_WITHIN_S,
        )  # fmt: skip
    finally:
        second.terminate()
        assert second.wait(timeout=20) == 0
    until(lambda: set(pages(stack, site)) == set(paths), what="every page", within_s=JUDGED_WITHIN_S)
    time.sleep(3)
    assert pages(stack, site) == dict.fromkeys(paths, 1)
    until_accounted_for(stack, site, stored=40, repeated=50)


def test_a_beacon_sent_again_over_http_counts_once_from_wherever_and_however_often(stack: Stack, site: str):
    before = judged(stack)
    assert stack.send(site, "/known", ip="203.0.113.1", rid="h-1").status_code == 202
    for number in range(3):
        again = stack.send(site, "/known", ip=f"198.51.100.{number}", rid="h-1", rp=True, age=1_000 * number)
        assert again.status_code == 202
    for number in range(2):
        stack.send(site, "/unknown", ip=f"198.51.100.{number}", rid="h-2", rp=True, age=2 * HOUR_MS)
    until_judged(stack, before, new=1, repeated=4)
    until(lambda: pages(stack, site) == {"/known": 1, "/unknown": 1}, what="each once", within_s=JUDGED_WITHIN_S)
    until_accounted_for(stack, site, stored=2, repeated=4)
