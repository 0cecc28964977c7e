"""A steady load of people whose every beacon has an id, and the ledger of what each id was answered."""

import asyncio
import json
import random
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
from contract.limits import MAX_PROP_VALUE_BYTES, MAX_PROPS

CANARY = "Xylophone/77"
USER_AGENT = f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 {CANARY}"
PEOPLE_A_NETWORK = 250 * 250
"""Of 10.N.0.0/16, from 10.177 on: an hour of load knows hundreds of thousands, no two of them at one address."""
ANSWER_WITHIN_S = 20
MOST_REPEATS = 2
REPEAT_AFTER_S = (1, 3)
ELSEWHERE = 1_000_000
"""Added to a visitor's number where he sends again from another network."""
MOST_OPEN = 200
FAT_PROP_BYTES = MAX_PROP_VALUE_BYTES * 3 // 4
"""As many as base64 makes the longest value of."""
PEOPLE_AT_ONCE = 60
BEACONS_EACH = 8
NO_ANSWER = 0
ACCEPTED = 202
AS_FAST_AS_THEY_ARE_TAKEN = 10_000.0
"""Beacons a second: more than this client can send, so that only what is open at once bounds it."""

Props = Callable[[random.Random], Mapping[str, str]]
"""What one beacon carries beside its id."""


def address_of(visitor: int) -> str:
    """The address of the visitor of that number, of networks that nobody else uses here."""
    network, number = divmod(visitor, PEOPLE_A_NETWORK)
    return f"10.{177 + network}.{number // 250}.{number % 250 + 1}"


@dataclass(slots=True)
class Sent:
    """One beacon: who sent it, when, and what became of it as far as its sender knows."""

    visitor: int
    at_s: float
    """time.monotonic()"""
    status: int = NO_ANSWER
    again: bool = False
    """Sent more than once, under the id of the first attempt: it waits until it can be judged."""


@dataclass
class Ledger:
    """All beacons of one load by id, which is their place in the list."""

    sent: list[Sent] = field(default_factory=list)

    def accepted(self, before_s: float = float("inf")) -> set[int]:
        """The ids that were answered 202, at whichever attempt, of those first sent before that time.monotonic()."""
        return {i for i, one in enumerate(self.sent) if one.status == ACCEPTED and one.at_s < before_s}

    def at_once(self, before_s: float) -> set[int]:
        """Of those the ones that needed one attempt."""
        return {i for i in self.accepted(before_s) if not self.sent[i].again}

    def statuses(self) -> dict[int, int]:
        """How many were answered what; 0 stands for no answer."""
        found: dict[int, int] = {}
        for one in self.sent:
            found[one.status] = found.get(one.status, 0) + 1
        return found


class Load:
    """Sends to any of the collectors at a steady rate, in a thread of its own; see `steady_load`."""

    def __init__(self, site: str, collectors: list[str], rate: float, seed: int, props: Props) -> None:
        self.ledger = Ledger()
        self._site, self._collectors, self._rate, self._props = site, collectors, rate, props
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
            async with asyncio.TaskGroup() as repeats:
                while not self._stop.is_set():
                    due = int((time.monotonic() - began) * self._rate) - count
                    # what could not be sent for want of connections is not made up for: the rate is bounded
                    count += due
                    for _ in range(min(due, MOST_OPEN - len(tasks))):
                        task = asyncio.create_task(self._send(http, repeats))
                        tasks.add(task)
                        task.add_done_callback(tasks.discard)
                    await asyncio.sleep(0.02)
                await asyncio.gather(*tasks)

    async def _send(self, http: aiohttp.ClientSession, repeats: asyncio.TaskGroup) -> None:
        beacon_id, visitor = len(self.ledger.sent), self._next_visitor()
        self.ledger.sent.append(Sent(visitor, time.monotonic()))
        await self._attempt(http, beacon_id, visitor, {})
        if self.ledger.sent[beacon_id].status != ACCEPTED:
            repeats.create_task(self._send_again(http, beacon_id))

    async def _send_again(self, http: aiohttp.ClientSession, beacon_id: int) -> None:
        """As the tracker does: under the id of the first attempt, with its age, perhaps from another network."""
        mine = self.ledger.sent[beacon_id]
        mine.again = True
        for _ in range(MOST_REPEATS):
            await asyncio.sleep(self._random.uniform(*REPEAT_AFTER_S))
            visitor = mine.visitor + self._random.choice((0, ELSEWHERE))
            await self._attempt(
                http, beacon_id, visitor, {"rp": True, "age": int((time.monotonic() - mine.at_s) * 1_000)}
            )
            if mine.status == ACCEPTED:
                return

    async def _attempt(
        self, http: aiohttp.ClientSession, beacon_id: int, visitor: int, more: Mapping[str, object]
    ) -> None:
        body = {
            "n": "pageview", "d": self._site, "u": f"https://{self._site}/{beacon_id % 50}",
            "p": {"id": str(beacon_id), **self._props(self._random)}, "rid": f"{self._site} {beacon_id}", **more,
        }  # fmt: skip
        headers = {"X-Forwarded-For": address_of(visitor), "User-Agent": USER_AGENT, "Content-Type": "text/plain"}
        collector = self._random.choice(self._collectors)
        try:
            async with http.post(f"{collector}/api/event", data=json.dumps(body), headers=headers) as answer:
                await answer.read()
                self.ledger.sent[beacon_id].status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            self.ledger.sent[beacon_id].status = NO_ANSWER

    def _next_visitor(self) -> int:
        place = self._random.randrange(PEOPLE_AT_ONCE)
        number, sent = self._people[place]
        self._people[place] = (number, sent + 1) if sent + 1 < BEACONS_EACH else (number + PEOPLE_AT_ONCE, 0)
        return number


def lean(_: random.Random) -> Mapping[str, str]:
    """No props but the id."""
    return {}


def fat(dice: random.Random) -> Mapping[str, str]:
    """Text that hardly compresses, of nearly as many bytes as a body may have."""
    return {f"text{place}": b64encode(dice.randbytes(FAT_PROP_BYTES)).decode() for place in range(MAX_PROPS - 1)}


@contextmanager
def steady_load(site: str, collectors: list[str], rate: float, seed: int, props: Props = lean) -> Iterator[Load]:
    """A load that runs while this lasts; afterwards everything that was sent has its status."""
    load = Load(site, collectors, rate, seed, props)
    thread = threading.Thread(target=load.run, name="load")
    thread.start()
    try:
        yield load
    finally:
        load.stop()
        thread.join()
