"""A steady load of people whose every beacon has an id, and the ledger of what each id was answered."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp

CANARY = "Xylophone/77"
USER_AGENT = f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 {CANARY}"
CANARY_NETWORK = "10.177"
ANSWER_WITHIN_S = 20
MOST_OPEN = 200
PEOPLE_AT_ONCE = 60
BEACONS_EACH = 8
NO_ANSWER = 0
ACCEPTED = 202


def address_of(visitor: int) -> str:
    """The address of the visitor of that number, of a network that nobody else uses here."""
    return f"{CANARY_NETWORK}.{visitor // 250 % 250}.{visitor % 250 + 1}"


@dataclass
class Sent:
    """One beacon: who sent it, when, and what became of it as far as its sender knows."""

    visitor: int
    at_s: float
    """time.monotonic()"""
    status: int = NO_ANSWER


@dataclass
class Ledger:
    """All beacons of one load by id, which is their place in the list."""

    sent: list[Sent] = field(default_factory=list)

    def accepted(self, before_s: float = float("inf")) -> set[int]:
        """The ids that were answered 202, of those sent before that time.monotonic()."""
        return {i for i, one in enumerate(self.sent) if one.status == ACCEPTED and one.at_s < before_s}

    def statuses(self) -> dict[int, int]:
        """How many were answered what; 0 stands for no answer."""
        found: dict[int, int] = {}
        for one in self.sent:
            found[one.status] = found.get(one.status, 0) + 1
        return found


class Load:
    """Sends to any of the collectors at a steady rate, in a thread of its own; see `steady_load`."""

    def __init__(self, site: str, collectors: list[str], rate: float, seed: int) -> None:
        self.ledger = Ledger()
        self._site, self._collectors, self._rate = site, collectors, rate
        self._random = random.Random(seed)  # noqa: S311  reproducible, not secret
        self._people = [(number, 0) for number in range(PEOPLE_AT_ONCE)]
        self._stop = threading.Event()

    def run(self) -> None:
        """Send until `stop`, and then until everything open is answered."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        connector = aiohttp.TCPConnector(limit=MOST_OPEN)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
            tasks: set[asyncio.Task[None]] = set()
            began, count = time.monotonic(), 0
            while not self._stop.is_set():
                due = int((time.monotonic() - began) * self._rate) - count
                # what could not be sent for want of connections is not made up for: the rate is bounded
                count += due
                for _ in range(min(due, MOST_OPEN - len(tasks))):
                    task = asyncio.create_task(self._send(http))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                await asyncio.sleep(0.02)
            await asyncio.gather(*tasks)

    async def _send(self, http: aiohttp.ClientSession) -> None:
        beacon_id, visitor = len(self.ledger.sent), self._next_visitor()
        mine = Sent(visitor, time.monotonic())
        self.ledger.sent.append(mine)
        body = {
            "n": "pageview", "d": self._site, "u": f"https://{self._site}/{beacon_id % 50}",
            "p": {"id": str(beacon_id)},
        }  # fmt: skip
        headers = {"X-Forwarded-For": address_of(visitor), "User-Agent": USER_AGENT, "Content-Type": "text/plain"}
        collector = self._random.choice(self._collectors)
        try:
            async with http.post(f"{collector}/api/event", data=json.dumps(body), headers=headers) as answer:
                await answer.read()
                mine.status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            mine.status = NO_ANSWER

    def _next_visitor(self) -> int:
        place = self._random.randrange(PEOPLE_AT_ONCE)
        number, sent = self._people[place]
        self._people[place] = (number, sent + 1) if sent + 1 < BEACONS_EACH else (number + PEOPLE_AT_ONCE, 0)
        return number


@contextmanager
def steady_load(site: str, collectors: list[str], rate: float, seed: int) -> Iterator[Load]:
    """A load that runs while this lasts; afterwards everything that was sent has its status."""
    load = Load(site, collectors, rate, seed)
    thread = threading.Thread(target=load.run, name="load")
    thread.start()
    try:
        yield load
    finally:
        load.stop()
        thread.join()
