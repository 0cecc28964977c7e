"""More than anybody takes: wrk sends as fast as it is answered, each beacon under an id, and tells what each got."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.load import ACCEPTED, ELSEWHERE, NO_ANSWER, USER_AGENT, Ledger, Sent, address_of

CONNECTIONS = 64
"""To each collector; wrk has a thread for each, so that it knows which beacon an answer is for."""
MANY = range(ELSEWHERE, ELSEWHERE + 5_000)
"""Visitors, so many that none of them meets the bound on an address."""
LONG = "x" * 1_500
"""Text that makes a beacon so long that a few of them are as many bytes as may be pending, where that is little."""
_REQUESTS = Path(__file__).with_name("numbered_requests.lua")


@dataclass(frozen=True)
class Flood:
    """What was sent within `seconds`, and answered."""

    ledger: Ledger
    seconds: float
    curt: frozenset[int]
    """Statuses of refusals that did not say when to come again."""

    def answers(self) -> dict[int, int]:
        """How many were answered what."""
        return {status: count for status, count in self.ledger.statuses().items() if status != NO_ANSWER}


def flood(site: str, collectors: Sequence[str], seconds: int, visitors: Sequence[int], text: str = "") -> Flood:
    """Send all these visitors' beacons of a site to all collectors at once; `text` makes each so much longer.

    Ids that were not sent, and those cut off at the end, stand in the ledger as not answered.
    """
    began = time.monotonic()
    with TemporaryDirectory(prefix="tideline-flood-") as folder:
        files = [Path(folder) / str(place) for place in range(len(collectors))]
        told = {
            "SITE": site, "TEXT": text, "USER_AGENT": USER_AGENT, "THREADS": str(CONNECTIONS),
            "ADDRESSES": " ".join(address_of(visitor) for visitor in visitors), "ID_STEP": str(len(collectors)),
        }  # fmt: skip
        running = [
            subprocess.Popen(
                ["wrk", f"-t{CONNECTIONS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(_REQUESTS), collector],
                env=os.environ | told | {"FIRST_ID": str(place), "ANSWERS": str(file)}, stdout=subprocess.DEVNULL,
            )
            for place, (collector, file) in enumerate(zip(collectors, files, strict=True))
        ]  # fmt: skip
        assert {process.wait(seconds + 60) for process in running} == {0}
        lines = [line.split() for file in files for line in file.read_text().splitlines()]
    answers = {int(number): (int(status), after) for number, status, after in filter(None, lines)}
    # the last of each connection was cut off, and may have been taken
    count = max(answers) + 1 + 2 * CONNECTIONS * len(collectors)
    statuses = [answers.get(number, (NO_ANSWER, ""))[0] for number in range(count)]
    sent = [Sent(visitors[number % len(visitors)], began, status) for number, status in enumerate(statuses)]
    curt = {status for status, after in answers.values() if status != ACCEPTED and not after.isdecimal()}
    return Flood(Ledger(sent), time.monotonic() - began, frozenset(curt))
