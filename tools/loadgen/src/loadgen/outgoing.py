"""What is sent: steps of a visit or lines of a log in, beacons in Plausible's wire format with their sender out."""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count

import msgspec

from loadgen.people import Crowd, Person, Step, Visit

_encode = msgspec.json.Encoder().encode


class Outgoing(msgspec.Struct, frozen=True):
    """A beacon on its way: when it is due, for whom it speaks, and the body."""

    due_s: float
    """Seconds after the start."""
    ip: str
    user_agent: str
    name: str
    body: bytes


def stroll(crowd: Crowd, site: str, rate: float) -> Iterator[Outgoing]:
    """Beacons without end, `rate` a second: the next step of whoever is due, otherwise somebody new comes in."""
    due: list[tuple[float, int, Person, Visit, int]] = []
    tickets = count()
    for n in count():
        now_s = n / rate
        if due and due[0][0] <= now_s:
            _, _, person, visit, place = heappop(due)
        else:
            person, visit, place = crowd.person(), crowd.visit(), 0
        step = visit.steps[place]
        yield Outgoing(now_s, person.ip, person.user_agent, step.name, _body(site, person, visit, step))
        if place + 1 < len(visit.steps):
            pause_s = (visit.steps[place + 1].offset_ms - step.offset_ms) / 1_000
            heappush(due, (now_s + pause_s, next(tickets), person, visit, place + 1))


def pageview(due_s: float, site: str, path: str, ip: str, user_agent: str, referrer: str) -> Outgoing:
    """The beacon of one page that somebody opened."""
    fields = {"n": "pageview", "u": f"https://{site}{path}", "d": site}
    if referrer:
        fields["r"] = referrer
    return Outgoing(due_s, ip, user_agent, "pageview", _encode(fields))


def _body(site: str, person: Person, visit: Visit, step: Step) -> bytes:
    query = f"?{visit.arrival.query}" if step.offset_ms == 0 and visit.arrival.query else ""
    fields: dict[str, object] = {
        "n": step.name,
        "u": f"https://{site}{step.page}{query}",
        "d": site,
        "w": person.screen_width,
    }
    if step.offset_ms == 0 and visit.arrival.referrer:
        fields["r"] = visit.arrival.referrer
    if step.props:
        fields["p"] = step.props
    if step.revenue_amount:
        fields["$"] = {"amount": step.revenue_amount, "currency": step.revenue_currency}
    if not step.interactive:
        fields["i"] = False
    if step.engagement_ms is not None:
        fields |= {"e": step.engagement_ms, "sd": step.scroll_depth}
    return _encode(fields)
