"""What an enricher with a fault buried comes back through a whole one, each beacon once, sent again or not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from local_stack.ports import free_port

from tests.integration.running_stack import ROOT, Stack, until

TAKEN_OVER_WITHIN_S = 60
JUDGED_WITHIN_S = 60
BURIED = ["/poison-of-a-server", "/poison-lost", "/poison-sent-again"]


@contextmanager
def a_bad_release_of_the_enricher(stack: Stack) -> Iterator[None]:
    """It has all partitions meanwhile: the stack's own enricher is frozen, and started anew afterwards."""
    os.kill(stack.pid("enricher"), signal.SIGSTOP)
    bad = subprocess.Popen(
        [sys.executable, "-m", "services.enricher.tests.failing_enricher"],
        env=stack.environ | {"PORT": str(free_port())}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        bad.terminate()
        bad.wait(timeout=30)
        stack.kill("enricher")
    assert bad.returncode == 0


def totals(stack: Stack, site: str) -> dict[str, Any]:
    answer = stack.http.get(
        f"{stack.endpoints['query_api']}/api/v1/sites/{site}/ledger",
        params={"step": "day"},
        headers={"Authorization": f"Bearer {stack.endpoints['api_key']}"},
    )
    return answer.json()["totals"]


def pages(stack: Stack, site: str) -> dict[str, int]:
    return stack.by(site, "event:page", "pageviews")


def test_letters_of_a_bad_release_come_back_once_each_though_one_was_sent_again(stack: Stack, site: str):
    with a_bad_release_of_the_enricher(stack):
        stack.send(site, "/whole", ip="198.51.100.1", rid="b-0")
        stack.send(site, BURIED[0], ip="198.51.100.2")
        for path, rid in ((BURIED[1], "b-1"), (BURIED[2], "b-2")):
            stack.send(site, path, ip="198.51.100.3", rid=rid)
        until(lambda: totals(stack, site)["dead"] == 3, what="three letters", within_s=TAKEN_OVER_WITHIN_S)
    again = stack.send(site, BURIED[2], ip="203.0.113.99", rid="b-2", rp=True, age=2_000)
    assert again.status_code == 202
    until(lambda: pages(stack, site).get(BURIED[2]) == 1, what="the retry", within_s=JUDGED_WITHIN_S)

    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(lambda _: stack.tideline("dead-letters", "redrive", "--site", site), range(2)))
    assert stack.tideline("dead-letters", "redrive", "--site", site).strip() == "0 put back, 0 not"

    def sums() -> tuple[int, ...]:
        found = totals(stack, site)
        return found["accepted"], found["stored"], found["dead"], found["dropped"].get("repeated", 0)

    until(lambda: sums() == (4, 4, 0, 1), what="every beacon to count once", within_s=JUDGED_WITHIN_S)
    assert pages(stack, site) == dict.fromkeys(["/whole", *BURIED], 1)
    stack.send(site, "/after", ip="198.51.100.9")
    until(lambda: sums() == (5, 5, 0, 1), what="a beacon after them")
    said = stack.tideline("audit", "--site", site, "--to", "2099-01-01")
    assert said.strip().endswith("every beacon accounted for")
