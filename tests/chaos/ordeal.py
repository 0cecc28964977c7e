"""One ordeal: a steady load, a fault in its midst, and then every id looked up."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.chaos.field import Field
from tests.chaos.load import Ledger, steady_load
from tests.chaos.oracle import Verdict, judge
from tests.chaos.report import Report, Run
from tests.integration.running_stack import until

QUIET_WITHIN_S = 120
KNOWN_WITHIN_S = 20
AUDITED_WITHIN_S = 20
MOST_NAMED = 5
LOOK_EVERY_S = 0.5
MOST_BUSY = 9
"""Seconds of rest for each second that a look takes."""

Strike = Callable[[Field, random.Random], None]
"""Breaks something and returns when it is whole again, or when nothing but the pipeline itself can mend it."""


@dataclass(frozen=True)
class Fault:
    """What is broken, and how long the pipeline may take to be as if nothing had been."""

    name: str
    strike: Strike
    within_s: float = 60
    """From the end of the strike until all services are ready and what was answered 202 until then is stored."""
    least_accepted: float = 0.8
    """Of all beacons, those that must have been answered 202 in the end, at whichever attempt."""
    moves_visitors: bool = False
    """True where visitors change their partition, which cuts the session that each has just then."""


@dataclass(frozen=True)
class Pace:
    """How much load, and for how long beside the strike."""

    beacons_a_s: float = 150
    before_s: float = 3
    after_s: float = 2


def ordeal(field: Field, fault: Fault, report: Report, seed: int, pace: Pace = Pace()) -> str:
    """Run the fault once under load; the site. Fails where anything is lost, doubled, split or late."""
    dice = random.Random(f"{fault.name} {seed}")  # noqa: S311  reproducible, not secret
    until(field.all_up, what="all services before the fault", within_s=60)
    site = new_site(field)
    with steady_load(site, field.collectors, pace.beacons_a_s, seed) as load:
        time.sleep(pace.before_s * dice.uniform(0.7, 1.3))
        fault.strike(field, dice)
        recovered_s = recovery_s(field, site, load.ledger, fault.within_s)
        time.sleep(pace.after_s)
    ledger = load.ledger
    # what was sent again is judged once all before it is stored
    quiet_within_s = max(QUIET_WITHIN_S, fault.within_s)
    waited(lambda: complete(field, site, ledger.accepted()), quiet_within_s)
    quiet_s = waited(lambda: field.lag() == 0, quiet_within_s)
    verdict = judge(ledger, field.rows(site) or [])
    report.add(
        Run(
            fault.name, len(ledger.sent), len(ledger.accepted()), len(verdict.lost), len(verdict.doubled),
            len(verdict.split), recovered_s,
        )
    )  # fmt: skip
    blamed = replace(verdict, split=frozenset()) if fault.moves_visitors else verdict
    assert blamed.right, f"{fault.name}, seed {seed}: {told(verdict)}"
    assert recovered_s <= fault.within_s, f"{fault.name}, seed {seed}: not as before after {fault.within_s} s"
    assert len(ledger.accepted()) >= fault.least_accepted * len(ledger.sent), f"answered: {ledger.statuses()}"
    assert quiet_s <= quiet_within_s, f"{fault.name}, seed {seed}: {field.lag()} records behind"
    assert not field.gluttons()
    check_answers(field, site)
    assert math.isfinite(waited(lambda: not field.audit(site), AUDITED_WITHIN_S)), field.audit(site)
    return site


def new_site(field: Field) -> str:
    """A site that no other ordeal uses, known to every collector."""
    domain = field.stack.new_site()
    probe = {"n": "probe", "u": f"https://{domain}/", "d": domain}
    for collector in field.collectors:
        until(
            lambda url=collector: (
                "x-plausible-dropped" not in field.stack.http.post(f"{url}/api/event", json=probe).headers
            ),
            what=f"{collector} to know {domain}", within_s=KNOWN_WITHIN_S,
        )  # fmt: skip
    return domain


def recovery_s(field: Field, site: str, ledger: Ledger, within_s: float) -> float:
    """Seconds from now until all services are ready, and what was answered 202 until they were is stored."""
    began = time.monotonic()
    if math.isinf(waited(field.all_up, within_s)):
        return math.inf
    ready = time.monotonic()

    def recovered() -> bool:
        wanted = ledger.at_once(ready)
        return complete(field, site, wanted) and len(ledger.accepted()) > len(ledger.accepted(ready))

    return ready - began + waited(recovered, began + within_s - ready)


def waited(holds: Callable[[], object], within_s: float) -> float:
    """Seconds until it holds; infinite where that took longer than `within_s`."""
    began = asked = time.monotonic()
    while not holds():
        now = time.monotonic()
        if now - began > within_s:
            return math.inf
        # millions of ids take seconds to look at, and the proxies that all traffic passes live in this process
        time.sleep(max(LOOK_EVERY_S, MOST_BUSY * (now - asked)))
        asked = time.monotonic()
    return time.monotonic() - began


def complete(field: Field, site: str, wanted: set[int]) -> bool:
    """True where all these ids are stored."""
    rows = field.rows(site, len(wanted))
    return rows is not None and wanted <= {row.beacon_id for row in rows}


def check_answers(field: Field, site: str) -> None:
    """The API's answer for yesterday and today is what the rows say."""
    days = [(field.now() - timedelta(days=back)).date().isoformat() for back in (1, 0)]
    rows = field.rows(site) or []
    sums = [len(rows), len({row.visitor for row in rows}), len({row.session_id for row in rows})]
    assert field.stack.totals(site, "pageviews", "visitors", "visits", date_range=days) == sums


def told(verdict: Verdict) -> str:
    """What is wrong, in words, with a few of the ids."""
    found = {name: sorted(ids) for name, ids in vars(verdict).items() if ids}
    return "; ".join(f"{len(ids)} {name}: {ids[:MOST_NAMED]}" for name, ids in found.items())
