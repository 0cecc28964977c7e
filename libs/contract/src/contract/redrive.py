"""Re-driving: records of `dead-letters` that say which letters were put back into `beacons`, under which numbers.

A letter belongs to the first such record that names it, in the order of partition 0 of `dead-letters`. Its envelope
carries the record's epoch and, as sequence, its place there from 1: so whoever goes on with a record that somebody left
half done, or does it at the same time, sends under numbers that the enricher knows from the first time.

Beacons that carry the id of an attempt come back by way of `repeats`, since their clients may have sent them again.
"""

import hashlib

import msgspec

from contract.dead_letter import DeadLetter, decode_dead_letter
from contract.envelope import UnreadableError

REDRIVE_VERSION = 2
"""Stands where a dead letter has its own version: so the two are told apart."""

REDRIVE_PARTITION = 0
"""All re-driving is told on one partition of `dead-letters`, since its order decides."""


class LetterKey(msgspec.Struct, array_like=True, frozen=True, order=True):
    """Names a dead letter: two of one key are the same beacons, buried twice by a process that was killed between."""

    incarnation: bytes
    partition: int
    source_offset: int
    place: int


class Redrive(msgspec.Struct, array_like=True, frozen=True):
    """A record of `dead-letters` (msgpack, by position: append fields only)."""

    version: int
    epoch: bytes
    """8 random bytes; those of the envelopes' heads."""
    into: bytes
    """Topic id of `beacons` then: in another, nobody knows what arrived."""
    letters: tuple[LetterKey, ...]
    done: bool
    """False: they are about to be sent. True: they are in `beacons`."""


class _Version(msgspec.Struct, array_like=True):
    version: int


_encode = msgspec.msgpack.Encoder().encode
_version = msgspec.msgpack.Decoder(_Version).decode
_redrive = msgspec.msgpack.Decoder(Redrive).decode


def key_of(letter: DeadLetter) -> LetterKey:
    """The key of a letter."""
    return LetterKey(letter.incarnation, letter.partition, letter.source_offset, letter.place)


def epoch_in_repeats(epoch: bytes, partition: int) -> bytes:
    """8 bytes: what stands for a re-driving's epoch in a partition of `repeats`.

    Each partition needs its own: they are judged apart, so that under one epoch a higher number could overtake.
    """
    return hashlib.blake2b(partition.to_bytes(4), digest_size=8, key=epoch).digest()


def encode_redrive(redrive: Redrive) -> bytes:
    """The value of a `dead-letters` record."""
    return _encode(redrive)


def decode_letter_record(value: bytes) -> DeadLetter | Redrive:
    """What a record of `dead-letters` is. Raises UnreadableError."""
    try:
        if _version(value).version == REDRIVE_VERSION:
            return _redrive(value)
    except msgspec.MsgspecError as error:
        raise UnreadableError("neither a dead letter nor a record of re-driving") from error
    return decode_dead_letter(value)
