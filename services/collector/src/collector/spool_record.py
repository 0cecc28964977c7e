"""An envelope as it lies in a spool: length, checksum, content; torn bytes are told from whole ones. No I/O."""

import struct
import zlib

import msgspec

from collector.beacon_to_envelope import Envelope

MAGIC = b"tidespl1"
"""How each file of a spool begins."""
_HEAD = struct.Struct("<II")
HEAD_BYTES = _HEAD.size
LONGEST_RECORD_BYTES = 16 * 1024 * 1024
_LENGTH = struct.Struct("<I")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Envelope).decode


class TornError(Exception):
    """These bytes are no whole record: written by half, or altered since."""


def encode_spooled(envelope: Envelope) -> bytes:
    """The bytes of one record: length and CRC-32 of length and content, 4 bytes each, then the content as msgpack."""
    content = _encode(envelope)
    return _HEAD.pack(len(content), _checksum(len(content), content)) + content


def record_bytes(head: bytes) -> int:
    """How long the record with this head is, head included. Raises TornError."""
    if len(head) < HEAD_BYTES:
        raise TornError("its head is cut off")
    found = HEAD_BYTES + int(_HEAD.unpack(head)[0])
    if found > LONGEST_RECORD_BYTES:
        raise TornError("its length is altered")
    return found


def decode_spooled(data: bytes | memoryview, at: int = 0) -> tuple[Envelope, int]:
    """The envelope that begins at a place, and the place behind it. Raises TornError."""
    begin = at + HEAD_BYTES
    if begin > len(data):
        raise TornError("its head is cut off")
    length, checksum = _HEAD.unpack_from(data, at)
    content = data[begin : begin + length]
    if len(content) < length or _checksum(length, content) != checksum:
        raise TornError("its content is cut off or altered")
    try:
        return _decode(content), begin + length
    except msgspec.MsgspecError as error:
        raise TornError("its content is of another shape") from error


def _checksum(length: int, content: bytes | memoryview) -> int:
    # with the length in it, a run of zeros is no record
    return zlib.crc32(content, zlib.crc32(_LENGTH.pack(length)))
