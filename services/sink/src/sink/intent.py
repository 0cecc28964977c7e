"""Progress and intent of a partition, as the text that rides on an offset commit (far below Kafka's 4,096 bytes)."""

import msgspec

from sink.events_to_block import SCHEMA_VERSION, Block, Place
from sink.steps.marks import Mark

_VERSION = 1


class UnreadableProgressError(Exception):
    """The text beside a committed offset is of a version that this code does not know."""


class Intent(msgspec.Struct, frozen=True):
    """The block that begins at the committed offset and may or may not be in ClickHouse."""

    end: int
    """The offset after its last record."""
    token: str
    rows: int
    schema: str
    """Names the columns it was made with."""


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is certain as of the committed offset, and what is pending behind it."""

    version: int
    mark: Mark
    pending: Intent | None = None
    verify_until: int = 0
    """Blocks that begin before this offset are read back, not trusted: marks were lost once."""


def settled(place: Place) -> Progress:
    """Everything before the place is in ClickHouse and nothing is pending."""
    return Progress(_VERSION, place.mark)


def intending(block: Block) -> Progress:
    """Everything before the block is in ClickHouse, and the block is about to be inserted."""
    intent = Intent(block.after.offset, block.token, block.rows.num_rows, SCHEMA_VERSION)
    return Progress(_VERSION, block.before.mark, intent)


def encode(progress: Progress) -> str:
    """The text to commit."""
    return msgspec.json.encode(progress).decode()


def decode(text: str) -> Progress | None:
    """The progress behind a committed text, None for no text. Raises UnreadableProgressError."""
    if not text:
        return None
    try:
        progress = msgspec.json.decode(text, type=Progress)
    except msgspec.MsgspecError as error:
        raise UnreadableProgressError("the committed text is no progress of a sink") from error
    if progress.version != _VERSION:
        raise UnreadableProgressError(f"version {progress.version}, known is {_VERSION}")
    return progress
