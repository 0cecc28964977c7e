"""A record of `beacons` in, its section of `events` out, whatever the record holds; dead letters go first."""

import asyncio
import time
from collections.abc import Callable

import msgspec
from contract.beacon import Beacon
from contract.dead_letter import DEAD_LETTER_VERSION, WHOLE_ENVELOPE, DeadLetter
from contract.dead_letter_limit import DeadLetterLimit
from contract.envelope import VERSION, BeaconEnvelopeHead, Section, encode_beacons
from contract.outcomes import MINUTE_MS, UNKNOWN_SITE_ID, DeadReason, Tally
from contract.topics import BEACONS
from runtime import log

from enricher import metrics
from enricher.envelope_to_events import Enriched, enrich
from enricher.lookups import Lookups
from enricher.partition_state import PartitionState
from enricher.ports import Log, Record
from enricher.record_to_beacons import Opened, Opener, UnopenableError, head_of
from enricher.steps.draft import World, origin_of

_log = log.get(__name__)


class SectionMaker:
    """Makes sections in order of source offset, changing the partition's state as it goes."""

    def __init__(
        self,
        opener: Opener,
        lookups: Lookups,
        destination: Log,
        limit: DeadLetterLimit,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opener = opener
        self._lookups = lookups
        self._destination = destination
        self._limit = limit
        self._steady_s = steady_s
        self.held = False
        """True once the limit of dead letters was passed; only a restart ends it."""

    async def section_of(self, record: Record, state: PartitionState) -> Section:
        """The section of one record; empty where a collector sent it before. Raises only for the log's sake."""
        section = Section(record.offset, received_ms=record.timestamp_ms)
        head: BeaconEnvelopeHead | None = None
        try:
            head = head_of(record)
            if state.is_repeat(head.epoch, head.sequence):
                metrics.ENVELOPES.labels("repeat").inc()
                return section
            opened = await self._opener.open(record, head)
        except UnopenableError as error:
            await self._give_up(record, state, error.reason)
            section.dead = _dead(record, head, error.reason)
            section.dropped = list(head.dropped) if head else []
            metrics.DEAD.labels(error.reason.value).inc(sum(tally.count for tally in section.dead))
            return section
        origin = origin_of(state.incarnation, record.partition, record.offset)
        enriched = enrich(opened.beacons, World(origin, opened.salts, state.sessions, self._lookups))
        await self._bury_poison(record, state, head, opened, enriched)
        state.note(head.epoch, head.sequence)
        section.events = enriched.events
        section.dropped = [*enriched.dropped, *head.dropped]
        section.dead = [*opened.expired, *_poisoned(enriched)]
        _count(section, enriched)
        return section

    async def _give_up(self, record: Record, state: PartitionState, reason: DeadReason) -> None:
        """Bury a whole envelope."""
        _log.error("envelope_dead", reason=reason.value, partition=record.partition, offset=record.offset)
        if reason is not DeadReason.EXPIRED:
            await self._bury([_letter(record, state.incarnation, reason, record.value)])
        metrics.ENVELOPES.labels("dead").inc()

    async def _bury_poison(
        self, record: Record, state: PartitionState, head: BeaconEnvelopeHead, opened: Opened, enriched: Enriched
    ) -> None:
        letters: list[DeadLetter] = []
        for poison in enriched.poison:
            place = opened.places[poison.place]
            _log.error("beacon_dead", error=poison.error, partition=record.partition, offset=record.offset, place=place)
            alone = BeaconEnvelopeHead(VERSION, head.epoch, head.partition, head.sequence, head.key_id)
            value = encode_beacons(alone, [poison.beacon], opened.key)
            letters.append(_letter(record, state.incarnation, DeadReason.POISON, value, place))
        await self._bury(letters)

    async def _bury(self, letters: list[DeadLetter]) -> None:
        """Append dead letters; past the limit, take nothing more, since a bad release must not drain the topic."""
        if not letters:
            return
        if not self._limit.count(len(letters), self._steady_s()):
            self.held = True
            metrics.HELD.set(1)
            _log.critical("dead_letter_limit_passed", effect="nothing is taken until a restart")
            await asyncio.Event().wait()
        for letter in letters:
            await self._destination.bury(letter)


def _letter(
    record: Record, incarnation: bytes, reason: DeadReason, value: bytes, place: int = WHOLE_ENVELOPE
) -> DeadLetter:
    return DeadLetter(
        DEAD_LETTER_VERSION,
        reason.value,
        BEACONS.name,
        incarnation,
        record.partition,
        record.offset,
        record.timestamp_ms,
        value,
        place,
    )


def _dead(record: Record, head: BeaconEnvelopeHead | None, reason: DeadReason) -> list[Tally]:
    """What a whole envelope takes along; where its clear part cannot be read either, one beacon of no known site."""
    unknown = Tally(UNKNOWN_SITE_ID, record.timestamp_ms // MINUTE_MS, "", 1)
    held = head.held if head and head.held else (unknown,)
    return [msgspec.structs.replace(tally, reason=reason.value) for tally in held]


def _poisoned(enriched: Enriched) -> list[Tally]:
    def minute(beacon: Beacon) -> int:
        return beacon.received_ms // MINUTE_MS

    return [
        Tally(beacon.site_id, minute(beacon), DeadReason.POISON.value, 1)
        for beacon in (poison.beacon for poison in enriched.poison)
    ]


def _count(section: Section, enriched: Enriched) -> None:
    metrics.ENVELOPES.labels("enriched").inc()
    metrics.EVENTS.inc(len(section.events))
    for tally in enriched.dropped:
        metrics.DROPPED.labels(tally.reason).inc(tally.count)
    for tally in section.dead:
        metrics.DEAD.labels(tally.reason).inc(tally.count)
