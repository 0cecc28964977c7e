"""An opened letter in, the envelopes out by which it comes back, but for their numbers.

A beacon that carries the id of an attempt may have been sent again by its client, and then counts already. So it goes
into `repeats`, where it is looked up like any other. The rest goes straight into `beacons`, with what is taken back.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.identity import attempt_partition
from contract.outcomes import Tally
from contract.redrive import epoch_in_repeats
from contract.topics import BEACONS, REPEATS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Lane = tuple[str, int]
"""Topic and partition."""


class Back(msgspec.Struct, frozen=True):
    """What comes back of a letter in one lane."""

    lane: Lane
    key_id: bytes
    beacons: list[Beacon]
    dropped: tuple[Tally, ...] = ()


def ways_back(
    partition: int, key_id: bytes, beacons: Sequence[Beacon], dropped: tuple[Tally, ...], repeats_partitions: int
) -> list[Back]:
    """What comes back of a letter of that partition; what takes back the counts is last, so that none is told early."""
    lanes: defaultdict[Lane, list[Beacon]] = defaultdict(list)
    for beacon in beacons:
        if beacon.attempt_id:
            among = attempt_partition(beacon.site_id, beacon.attempt_id, repeats_partitions)
            lanes[REPEATS.name, among].append(beacon)
    by_attempt = [Back(lane, key_id, found) for lane, found in sorted(lanes.items())]
    rest = [beacon for beacon in beacons if not beacon.attempt_id]
    return [*by_attempt, Back((BEACONS.name, partition), key_id, rest, dropped)]


def numbered(back: Back, epoch: bytes, sequence: int, key: AESGCM) -> bytes:
    """The value of its record, under a re-driving's epoch and the letter's place there."""
    (_, partition), epoch = back.lane, epoch_in(back.lane, epoch)
    redriven = _is_judged(back.lane)
    head = BeaconEnvelopeHead(VERSION, epoch, partition, sequence, back.key_id, back.dropped, redriven=redriven)
    return encode_beacons(head, back.beacons, key)


def epoch_in(lane: Lane, epoch: bytes) -> bytes:
    """The epoch that stands for a re-driving's in that lane."""
    return epoch_in_repeats(epoch, lane[1]) if _is_judged(lane) else epoch


def _is_judged(lane: Lane) -> bool:
    return lane[0] == REPEATS.name
