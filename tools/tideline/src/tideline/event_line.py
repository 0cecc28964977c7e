"""One line of an import or export: the keys there are, with their bounds, and how a line is read and written."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec
from contract.limits import (
    MAX_ENGAGEMENT_MS,
    MAX_NAME_CHARS,
    MAX_PROP_KEY_BYTES,
    MAX_PROP_VALUE_BYTES,
    MAX_PROPS,
    MAX_REFERRER_BYTES,
    MAX_URL_BYTES,
)
from msgspec import Meta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS = 365 * 24 * 3_600 * 1_000
_MS = timedelta(milliseconds=1)
_UTC_TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)$"

_OTHER_LINE_ENDS = "\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"

Timestamp = Annotated[str, Meta(pattern=_UTC_TIME)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARS)]
Label = Annotated[str, Meta(min_length=1, max_length=500)]
Address = Annotated[str, Meta(max_length=MAX_URL_BYTES)]
Referrer = Annotated[str, Meta(max_length=MAX_REFERRER_BYTES)]
Word = Annotated[str, Meta(max_length=500)]
CountryCode = Annotated[str, Meta(pattern="^([A-Z][A-Z0-9])?$")]
Percent = Annotated[int, Meta(ge=0, le=100)]
Engaged = Annotated[int, Meta(ge=0, le=MAX_ENGAGEMENT_MS)]
GeoNamesId = Annotated[int, Meta(ge=0, lt=2**32)]
Pixels = Annotated[int, Meta(ge=0, lt=2**16)]
Key = Annotated[str, Meta(min_length=1, max_length=MAX_PROP_KEY_BYTES)]
Value = Annotated[str, Meta(max_length=MAX_PROP_VALUE_BYTES)] | int | float | bool
Props = Annotated[dict[Key, Value], Meta(max_length=MAX_PROPS)]


class EventLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An event of the past. What is absent is empty; a source that is absent is found as for a live event."""

    timestamp: Timestamp
    """UTC, as 2026-11-23T08:15:16.000Z."""
    name: Name
    visitor: Label
    """Any stable label; it is stored nowhere."""
    hostname: Word = ""
    page: Address = "/"
    referrer: Referrer = ""
    source: Word | None = None
    utm_source: Word = ""
    utm_medium: Word = ""
    utm_campaign: Word = ""
    utm_content: Word = ""
    utm_term: Word = ""
    click_id: Word = ""
    country: CountryCode = ""
    region: Word = ""
    region2: Word = ""
    city: GeoNamesId = 0
    city_name: Word = ""
    """Only where the city has no GeoNames id."""
    device: Word = ""
    os: Word = ""
    os_version: Word = ""
    browser: Word = ""
    browser_version: Word = ""
    screen_width: Pixels = 0
    props: Props = {}
    scroll_depth: Percent | None = None
    engagement_ms: Engaged = 0
    revenue_amount: Word | int | float = ""
    revenue_currency: Word = ""
    interactive: bool = True


class LineError(Exception):
    """A line that cannot be taken; the message names the key and holds nothing of its value."""


_decode = msgspec.json.Decoder(EventLine).decode
_encode = msgspec.json.Encoder().encode


def read_line(text: bytes) -> EventLine:
    """One line of JSON as an `EventLine`. Raises LineError."""
    try:
        line = _decode(text)
    except msgspec.MsgspecError as error:
        raise LineError(_plain(str(error))) from None
    except UnicodeDecodeError:
        raise LineError("not UTF-8") from None
    if line.revenue_amount != "" and not _is_amount(line.revenue_amount):
        raise LineError("`revenue_amount`: not a decimal number")
    return line


def write_line(line: EventLine) -> bytes:
    """An `EventLine` as JSON with a line feed, and no other character within that some readers end a line at."""
    text = _encode(line)
    if not text.isascii():
        for character in _OTHER_LINE_ENDS:
            text = text.replace(character.encode(), f"\\u{ord(character):04x}".encode())
    return text + b"\n"


def timestamp_ms(line: EventLine) -> int:
    """The line's time in Unix milliseconds, what is finer cut off. Raises LineError where there is no such time."""
    try:
        found = (datetime.fromisoformat(line.timestamp) - _EPOCH) // _MS
    except ValueError:
        raise LineError("`timestamp`: no such time") from None
    if found < _EARLIEST_MS:
        raise LineError("`timestamp`: before 1971")
    return found


def timestamp_text(unix_ms: int) -> str:
    """Unix milliseconds as a line's timestamp."""
    return (_EPOCH + unix_ms * _MS).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def prop_text(value: str | float | bool) -> str:
    """A property's value as it is stored."""
    if isinstance(value, str):
        return value
    return _encode(value).decode()


def _is_amount(value: str | float) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _plain(message: str) -> str:
    """Msgspec's words without its path notation: `$.city` is `city`."""
    what, at, where = message.partition(" - at `$.")
    return f"`{where.rstrip('`')}`: {what}" if at else what
