"""The pure core: opened repeats and the attempts that are stored in, numbered envelopes for `beacons` out.

A record of `repeats` becomes at most one envelope in each partition of `beacons`: with those of its beacons that
belong there and are new, and the counts of those that belong there and are not. Its number is (epoch of the repeats
partition, offset + 1). So whoever judges a record again, after a crash or as a second owner, writes envelopes of the
same numbers about the same beacons; the first of each counts, and the enricher drops the others.

What `tideline` puts back from `dead-letters` has a number already, by which its own copies are known, and keeps it.
"""

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.identity import attempt_hash, partition_of
from contract.outcomes import MINUTE_MS, DeadReason, DropReason, Tally
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from repeats.ports import Envelope, Record

PartitionOf = Callable[[Beacon], int]
Number = tuple[bytes, int]
"""Epoch and sequence."""


class Opened(msgspec.Struct, frozen=True):
    """A record that could be opened, with the key that it was sealed under and that its beacons keep."""

    record: Record
    key_id: bytes
    key: AESGCM
    beacons: list[Beacon]
    kept_number: Number | None = None
    """Of a record that is re-driven."""


class Dead(msgspec.Struct, frozen=True):
    """A record that nobody can open, and how many beacons of which site and minute its clear part says it held."""

    record: Record
    reason: DeadReason
    held: tuple[Tally, ...]


class Judged(msgspec.Struct, frozen=True):
    """What became of one record."""

    envelopes: list[Envelope]
    new: int
    repeated: int


class Judgement:
    """Judges the records of one batch, one after another; remembers which attempts have gone on."""

    def __init__(self, incarnation: bytes, stored: set[int], partition_of_beacon: PartitionOf) -> None:
        self._incarnation = incarnation
        self._gone_on = set(stored)
        self._partition_of = partition_of_beacon

    def judge(self, opened: Opened) -> Judged:
        """The envelopes of one record, at most one a partition of `beacons`."""
        fresh: defaultdict[int, list[Beacon]] = defaultdict(list)
        repeated: defaultdict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
        for beacon in opened.beacons:
            partition = self._partition_of(beacon)
            if self._is_new(beacon):
                fresh[partition].append(beacon)
            else:
                repeated[partition][beacon.site_id, beacon.received_ms // MINUTE_MS] += 1
        envelopes = [
            self._envelope(opened, partition, fresh[partition], _tallies(repeated[partition]))
            for partition in sorted({*fresh, *repeated})
        ]
        new = sum(map(len, fresh.values()))
        return Judged(envelopes, new, len(opened.beacons) - new)

    def tell_of(self, dead: Dead, partition: int, key_id: bytes, key: AESGCM) -> Envelope:
        """An envelope without beacons that carries the counts of a record that nobody can open."""
        dropped = tuple(msgspec.structs.replace(tally, reason=dead.reason.value) for tally in dead.held)
        return self._envelope(Opened(dead.record, key_id, key, []), partition, [], dropped)

    def _is_new(self, beacon: Beacon) -> bool:
        attempt = attempt_hash(beacon.site_id, beacon.attempt_id)
        if attempt in self._gone_on:
            return False
        if attempt:
            self._gone_on.add(attempt)
        return True

    def _envelope(self, opened: Opened, partition: int, beacons: list[Beacon], dropped: tuple[Tally, ...]) -> Envelope:
        record = opened.record
        epoch, sequence = opened.kept_number or (epoch_of(self._incarnation, record.partition), record.offset + 1)
        head = BeaconEnvelopeHead(VERSION, epoch, partition, sequence, opened.key_id, dropped)
        return Envelope(partition, sequence, record.timestamp_ms, encode_beacons(head, beacons, opened.key))


def epoch_of(incarnation: bytes, partition: int) -> bytes:
    """8 bytes: the epoch under which a partition of the topic `repeats` with this id (16 bytes) goes on."""
    return hashlib.blake2b(partition.to_bytes(4), digest_size=8, key=incarnation).digest()


def attempts_of(opened: Sequence[Opened]) -> tuple[set[int], int]:
    """The attempts to look up, and the earliest receive time among their repeats, Unix milliseconds."""
    beacons = [beacon for one in opened for beacon in one.beacons if beacon.attempt_id]
    attempts = {attempt_hash(beacon.site_id, beacon.attempt_id) for beacon in beacons}
    return attempts, min((beacon.received_ms for beacon in beacons), default=0)


def by_visitor(routing_secret: Callable[[int], bytes], partitions: int) -> PartitionOf:
    """The partition of a beacon as the collector would have chosen it when it came."""

    def find(beacon: Beacon) -> int:
        secret = routing_secret(beacon.received_ms)
        return partition_of(secret, beacon.site_id, beacon.client_ip, beacon.user_agent, beacon.user_id, partitions)

    return find


def in_time(records: Sequence[Record]) -> list[Record]:
    """The records by time, those of a partition in their order: so a visitor's beacons keep theirs over partitions."""
    lanes: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        lanes[record.partition].append(record)
    return list(heapq.merge(*lanes.values(), key=lambda record: record.timestamp_ms))


def _tallies(counts: Counter[tuple[int, int]]) -> tuple[Tally, ...]:
    return tuple(
        Tally(site_id, minute, DropReason.REPEATED.value, count) for (site_id, minute), count in counts.items()
    )
