"""The pure core: beacons of one envelope in, events and counted drops out. No I/O, no clock; only sessions change."""

from collections import Counter
from collections.abc import Callable, Sequence
from operator import attrgetter

import msgspec
from contract.beacon import Beacon
from contract.event import Event
from contract.outcomes import MINUTE_MS, DropReason, Tally

from enricher.live_sessions import DAY_MS
from enricher.steps.draft import NO_HIT, Draft, World
from enricher.steps.drops import drop_bot, drop_engagement_without_session, drop_opted_out, drop_spam_referrer
from enricher.steps.puts import put_acquisition, put_hit, put_place, put_session, put_visitor

Step = Callable[[Draft, World], DropReason | None]

STEPS: tuple[Step, ...] = (
    drop_opted_out,
    drop_spam_referrer,
    put_hit,
    put_visitor,
    drop_bot,
    drop_engagement_without_session,
    put_acquisition,
    put_place,
    put_session,
)
"""A beacon's way, one decision a line. A step that returns a reason ends it."""

_received_ms = attrgetter("received_ms")


class Poison(msgspec.Struct, frozen=True):
    """A beacon at which a step failed unexpectedly."""

    place: int
    """Among the beacons that were to be enriched, from 0."""
    beacon: Beacon
    error: str
    """The error's type."""


class Enriched(msgspec.Struct, frozen=True):
    """What became of an envelope's beacons; each is in just one of the three."""

    events: list[Event]
    dropped: list[Tally]
    poison: list[Poison]


def enrich(beacons: Sequence[Beacon], world: World) -> Enriched:
    """The events of an envelope, in the beacons' order; never raises for a beacon's sake."""
    events: list[Event] = []
    drops: Counter[tuple[int, int, str]] = Counter()
    poison: list[Poison] = []
    world.sessions.move_to(max(map(_received_ms, beacons), default=0))
    for place, beacon in enumerate(beacons):
        draft = Draft(beacon, place, NO_HIT)
        try:
            for step in STEPS:
                reason = step(draft, world)
                if reason is not None:
                    drops[beacon.site_id, beacon.received_ms // MINUTE_MS, reason.value] += 1
                    break
            else:
                events.append(_finished(draft))
        except Exception as error:  # noqa: BLE001  one bad beacon must not hold up the others
            poison.append(Poison(place, beacon, type(error).__name__))
    return Enriched(events, tallies(drops), poison)


def days_of(beacons: Sequence[Beacon]) -> set[int]:
    """The UTC days (whole days since 1970) on which the beacons happened: `World.salts` must have them all."""
    return {(beacon.received_ms - beacon.age_ms) // DAY_MS for beacon in beacons}


def tallies(counts: Counter[tuple[int, int, str]]) -> list[Tally]:
    """Counts by site, minute and reason as an envelope carries them."""
    return [Tally(site_id, minute, reason, count) for (site_id, minute, reason), count in counts.items()]


def _finished(draft: Draft) -> Event:
    if draft.event is None:
        raise AssertionError("the last step makes the event")
    return draft.event
