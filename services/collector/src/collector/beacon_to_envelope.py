"""Beacons that came while the last envelope was on its way in, one sealed envelope out. No I/O, no clock."""

import msgspec
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.outcomes import Tally
from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Envelope(msgspec.Struct, frozen=True):
    """A record for one partition of `beacons`; it keeps its number however often it is sent."""

    partition: int
    sequence: int
    sealed_ms: int
    """Unix milliseconds; becomes the record's timestamp."""
    value: bytes


class Numbering:
    """(epoch, partition, sequence) of one partition: counts up from 1, and never gives a number twice."""

    def __init__(self, epoch: bytes, partition: int) -> None:
        self.epoch = epoch
        self.partition = partition
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
    head = BeaconEnvelopeHead(VERSION, numbering.epoch, numbering.partition, sequence, tide[0].key_id, dropped)
    return Envelope(numbering.partition, sequence, sealed_ms, encode_beacons(head, beacons, tide[1]))
