"""Envelopes: Kafka records that hold many beacons (sealed), or many events (in sections, one per source offset)."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.beacon import Beacon
from contract.event import Event
from contract.outcomes import MINUTE_MS, Tally
from contract.sealing import seal, unseal

VERSION = 1


class UnknownVersionError(Exception):
    """An envelope of a version that this code does not know."""


class UnreadableError(Exception):
    """Bytes that are no envelope at all, or whose content is not of the envelope's shape."""


class BeaconEnvelopeHead(msgspec.Struct, array_like=True, frozen=True):
    """The clear part of a record of `beacons`; it is authenticated with the sealed part."""

    version: int
    epoch: bytes
    """8 random bytes of one life of a collector."""
    partition: int
    sequence: int
    """Counts up from 1 within epoch and partition; an envelope keeps its number when it is sent again."""
    key_id: bytes
    dropped: tuple[Tally, ...] = ()
    """What the collector itself dropped since its last envelope: best effort over a kill."""
    held: tuple[Tally, ...] = ()
    """How many beacons are sealed inside, by site and minute and without a reason: what an envelope takes along that
    nobody can open. `encode_beacons` counts them."""
    redriven: bool = False
    """In `repeats`: put back from `dead-letters`, and goes on under the number that it has here."""


class _SealedRecord(msgspec.Struct, array_like=True, frozen=True):
    version: int
    head: bytes
    sealed: bytes


class Section(msgspec.Struct, array_like=True):
    """Everything that became of one source offset; also written when it is empty."""

    source_offset: int
    events: list[Event] = []
    dropped: list[Tally] = []
    dead: list[Tally] = []
    received_ms: int = 0
    """The source record's timestamp, Unix milliseconds."""


class EventEnvelope(msgspec.Struct, array_like=True):
    """A record of `events`: sections in order of source offset, without gaps."""

    version: int
    incarnation: bytes
    """Topic id of `beacons`, 16 bytes: offsets start over when it changes."""
    sections: list[Section]
    marks: dict[bytes, int]
    """Collector epoch to its last sequence, as of the end of this record."""


class _Version(msgspec.Struct, array_like=True):
    version: int


_encode = msgspec.msgpack.Encoder().encode
_version = msgspec.msgpack.Decoder(_Version).decode
_record = msgspec.msgpack.Decoder(_SealedRecord).decode
_head = msgspec.msgpack.Decoder(BeaconEnvelopeHead).decode
_beacons = msgspec.msgpack.Decoder(list[Beacon]).decode
_events = msgspec.msgpack.Decoder(EventEnvelope).decode


def encode_beacons(head: BeaconEnvelopeHead, beacons: list[Beacon], key: AESGCM) -> bytes:
    """Beacons in, the value of a `beacons` record out, sealed under the key that the head names, and counted there."""
    clear = _encode(msgspec.structs.replace(head, held=held_in(beacons)))
    return _encode(_SealedRecord(VERSION, clear, seal(key, _encode(beacons), clear)))


def held_in(beacons: Iterable[Beacon]) -> tuple[Tally, ...]:
    """How many beacons there are of each site and minute of receipt; the reason is empty."""
    counts = Counter((beacon.site_id, beacon.received_ms // MINUTE_MS) for beacon in beacons)
    return tuple(Tally(site_id, minute, "", count) for (site_id, minute), count in counts.items())


def read_head(value: bytes) -> BeaconEnvelopeHead:
    """The clear part of a `beacons` record. Raises UnknownVersionError or UnreadableError."""
    return _open_record(value)[0]


def decode_beacons(value: bytes, key: AESGCM) -> list[Beacon]:
    """The beacons of a record. Raises UnknownVersionError, UnreadableError, or ForgedError of `contract.sealing`."""
    _, record = _open_record(value)
    plain = unseal(key, record.sealed, record.head)
    try:
        return _beacons(plain)
    except msgspec.MsgspecError as error:
        raise UnreadableError("the sealed part is not a list of beacons") from error


def encode_events(envelope: EventEnvelope) -> bytes:
    """The value of an `events` record."""
    return _encode(envelope)


def decode_events(value: bytes) -> EventEnvelope:
    """The envelope of an `events` record. Raises UnknownVersionError or UnreadableError."""
    _check_version(value)
    try:
        return _events(value)
    except msgspec.MsgspecError as error:
        raise UnreadableError("not an envelope of events") from error


def _open_record(value: bytes) -> tuple[BeaconEnvelopeHead, _SealedRecord]:
    _check_version(value)
    try:
        record = _record(value)
        return _head(record.head), record
    except msgspec.MsgspecError as error:
        raise UnreadableError("not an envelope of beacons") from error


def _check_version(value: bytes) -> None:
    try:
        found = _version(value).version
    except msgspec.MsgspecError as error:
        raise UnreadableError("no version") from error
    if found != VERSION:
        raise UnknownVersionError(f"version {found}, known is {VERSION}")
