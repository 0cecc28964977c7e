"""Beacons that came while the last envelope was on its way in, one sealed envelope out. No I/O, no clock."""

from typing import NamedTuple

import msgspec
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.outcomes import Tally
from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class LaneName(NamedTuple):
    """A topic and one of its partitions: what has an order and numbers of its own."""

    topic: str
    partition: int


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """A record for one partition of a topic; it keeps its number however often it is sent (append fields only)."""

    lane: LaneName
    sequence: int
    sealed_ms: int
    """Unix milliseconds; becomes the record's timestamp."""
    received_ms: int
    """When the first of its beacons was received, Unix milliseconds."""
    value: bytes


class Numbering:
    """(epoch, partition, sequence) of one lane: counts up from 1, and never gives a number twice."""

    def __init__(self, epoch: bytes, lane: LaneName) -> None:
        self.epoch = epoch
        self.lane = lane
        self._last = 0

    def next(self) -> int:
        """The next sequence."""
        self._last += 1
        return self._last


def seal_envelope(
    beacons: list[Beacon],
    dropped: tuple[Tally, ...],
    numbering: Numbering,
    tide: tuple[Tide, AESGCM],
    sealed_ms: int,
) -> Envelope:
    """The envelope with the next number, sealed under the tide's key."""
    sequence = numbering.next()
    head = BeaconEnvelopeHead(VERSION, numbering.epoch, numbering.lane.partition, sequence, tide[0].key_id, dropped)
    received_ms = beacons[0].received_ms if beacons else sealed_ms
    return Envelope(numbering.lane, sequence, sealed_ms, received_ms, encode_beacons(head, beacons, tide[1]))
