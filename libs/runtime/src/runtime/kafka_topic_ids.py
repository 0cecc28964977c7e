"""The id that Kafka gave a topic when it was made: bootstrap servers and a name in, 16 bytes out.

The id changes when a topic is deleted and made anew, which is when offsets start over. The client library asks for
metadata up to version 5, which has no ids, so this sends one request of version 12 by itself (Kafka 2.8 and later,
plain text connections only; fields as in Kafka's protocol guide, "Metadata").
"""

import asyncio
import struct

TOPIC_ID_BYTES = 16
_METADATA, _VERSION, _CORRELATION = 3, 12, 1
_NO_ERROR = 0
_MAX_ANSWER_BYTES = 16 * 1024 * 1024


class TopicIdError(Exception):
    """No server answered, or the answer holds no id for the topic (Kafka's error code is in the message)."""


async def topic_id(bootstrap: str, topic: str, timeout_s: float = 5.0) -> bytes:
    """The 16-byte id of `topic`, from the first of `host:port,host:port` that answers. Raises TopicIdError."""
    failures: list[str] = []
    for server in bootstrap.removeprefix("kafka://").split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            answer = await asyncio.wait_for(_ask(host, int(port), _request(topic)), timeout_s)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            failures.append(f"{server}: {type(error).__name__}")
            continue
        return read_topic_id(answer, topic)
    raise TopicIdError(f"no server told the id of {topic} ({', '.join(failures)})")


def read_topic_id(answer: bytes, topic: str) -> bytes:
    """The id of `topic` out of a Metadata v12 answer, without its length prefix. Raises TopicIdError."""
    try:
        return _topic_id_in(_Reader(answer), topic)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise TopicIdError("an answer that is cut off or of another shape") from error


async def _ask(host: str, port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(struct.pack(">i", len(request)) + request)
        await writer.drain()
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        if not 0 < size <= _MAX_ANSWER_BYTES:
            raise TopicIdError(f"an answer of {size} bytes")
        return await reader.readexactly(size)
    finally:
        writer.close()


def _request(topic: str) -> bytes:
    name = topic.encode()
    header = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, -1) + b"\x00"
    topics = _uvarint(2) + bytes(TOPIC_ID_BYTES) + _uvarint(len(name) + 1) + name + b"\x00"
    create_missing, authorized_operations = b"\x00", b"\x00"
    return header + topics + create_missing + authorized_operations + b"\x00"


def _uvarint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004  seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _topic_id_in(read: "_Reader", topic: str) -> bytes:
    read.number(">i")  # correlation id
    read.skip_tags()
    read.number(">i")  # throttle time
    for _ in range(read.uvarint() - 1):
        read.number(">i")  # broker id
        read.text()
        read.number(">i")  # port
        read.text()
        read.skip_tags()
    read.text()  # cluster id
    read.number(">i")  # controller id
    if read.uvarint() - 1 < 1:
        raise TopicIdError(f"no topic {topic} in the answer")
    code = read.number(">h")
    read.text()
    found = read.take(TOPIC_ID_BYTES)
    if code != _NO_ERROR or found == bytes(TOPIC_ID_BYTES):
        raise TopicIdError(f"topic {topic}: error code {code}")
    return found


class _Reader:
    """Kafka's flexible encoding, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """So many bytes. Raises IndexError where fewer are left."""
        if self._at + size > len(self._data):
            raise IndexError(size)
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, form: str) -> int:
        """A big-endian number by its `struct` form."""
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def uvarint(self) -> int:
        """An unsigned number of seven bits a byte."""
        value, shift = 0, 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004  the eighth bit says that more follows
                return value
            shift += 7

    def text(self) -> str:
        """A compact string; null reads as empty."""
        return self.take(max(self.uvarint() - 1, 0)).decode()

    def skip_tags(self) -> None:
        """Pass over tagged fields."""
        for _ in range(self.uvarint()):
            self.uvarint()
            self.take(self.uvarint())
