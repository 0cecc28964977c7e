"""A dead letter: what could never become events, still sealed, with the reason and the place it came from."""

import msgspec

from contract.envelope import UnreadableError

DEAD_LETTER_VERSION = 1
WHOLE_ENVELOPE = -1


class DeadLetter(msgspec.Struct, array_like=True, frozen=True):
    """A record of `dead-letters` (msgpack, by position: append fields only); nothing of a visitor is in clear."""

    version: int
    reason: str
    """A `DeadReason`."""
    topic: str
    incarnation: bytes
    """Topic id, 16 bytes."""
    partition: int
    source_offset: int
    received_ms: int
    """The source record's timestamp, Unix milliseconds."""
    value: bytes
    """The source record's value as it was; for a single beacon, that beacon sealed again in an envelope of its own."""
    place: int = WHOLE_ENVELOPE
    """Place of a single beacon in its envelope, from 0; with incarnation, partition and source offset it is a key."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DeadLetter).decode


def encode_dead_letter(letter: DeadLetter) -> bytes:
    """The value of a `dead-letters` record."""
    return _encode(letter)


def decode_dead_letter(value: bytes) -> DeadLetter:
    """The dead letter of a record. Raises UnreadableError."""
    try:
        return _decode(value)
    except msgspec.MsgspecError as error:
        raise UnreadableError("not a dead letter") from error
