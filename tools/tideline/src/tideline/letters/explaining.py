"""What a dead letter is and what to do about it: sizes, field names, versions and times, never what a visitor sent."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from contract.beacon import Beacon
from contract.dead_letter import DeadLetter
from contract.envelope import UnknownVersionError, UnreadableError, decode_beacons
from contract.outcomes import DeadReason, Tally
from contract.redrive import LetterKey
from contract.sealing import ForgedError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tideline.letters.listing import head_of, short_id


class Advice(msgspec.Struct, frozen=True):
    """What a reason means, and what helps."""

    meaning: str
    next_step: str


ADVICE: dict[str, Advice] = {
    DeadReason.UNKNOWN_VERSION: Advice(
        "The enricher did not know the version of this envelope: a collector was newer than it.",
        "Upgrade the enricher and this command, then re-drive.",
    ),
    DeadReason.UNREADABLE: Advice(
        "The record, or what was sealed in it, does not have the shape of an envelope.",
        "Something else writes to `beacons`, or an enricher is older than its collectors: upgrade it, then re-drive. "
        "Bytes that were never an envelope stay unreadable and lapse with the topic.",
    ),
    DeadReason.FORGED: Advice(
        "The sealed part does not authenticate under the key that it names: altered, or sealed with another key.",
        "Find out who may write to `beacons`. There is nothing to re-drive.",
    ),
    DeadReason.POISON: Advice(
        "A step of the enricher failed at this one beacon; the rest of its envelope went on.",
        "The enricher's log has `beacon_dead` with the kind of error at this partition and offset. Mend that, deploy, "
        "then re-drive.",
    ),
}
_UNKNOWN = Advice("A reason that this version does not know.", "Upgrade this command.")


def explanation(key: LetterKey, letter: DeadLetter, keys: Mapping[bytes, AESGCM]) -> list[tuple[str, str]]:
    """Names and texts, line by line."""
    advice = ADVICE.get(letter.reason, _UNKNOWN)
    head = head_of(letter)
    return [
        ("letter", short_id(key)),
        ("reason", letter.reason),
        ("meaning", advice.meaning),
        ("what to do", advice.next_step),
        ("received", datetime.fromtimestamp(letter.received_ms / 1_000, UTC).isoformat(timespec="seconds")),
        ("where", f"{letter.topic} {letter.partition} at {letter.source_offset}, topic id {letter.incarnation.hex()}"),
        ("size", f"{len(letter.value)} bytes"),
        ("envelope", "not readable" if head is None else f"version {head.version}, {_held(head.held)}"),
        *_inside(letter, None if head is None else keys.get(head.key_id)),
    ]


def sites_of(letter: DeadLetter) -> list[int]:
    """The sites of the beacons inside, as the clear part tells them."""
    head = head_of(letter)
    return sorted({tally.site_id for tally in head.held}) if head else []


def _held(held: Iterable[Tally]) -> str:
    counts = [tally.count for tally in held]
    return f"{sum(counts)} beacons" if counts else "an unknown number of beacons"


def _inside(letter: DeadLetter, key: AESGCM | None) -> list[tuple[str, str]]:
    """Which fields of the beacons are filled, and how far."""
    if key is None:
        return [("inside", "its key is gone or unknown: nobody can open it")]
    try:
        beacons = decode_beacons(letter.value, key)
    except (UnknownVersionError, UnreadableError, ForgedError) as error:
        return [("inside", f"cannot be opened: {type(error).__name__}")]
    return [("inside", _filled(beacon)) for beacon in beacons[:3]]


def _filled(beacon: Beacon) -> str:
    values = {name: getattr(beacon, name) for name in Beacon.__struct_fields__}
    return ", ".join(f"{name} ({_size(value)})" for name, value in values.items() if value)


def _size(value: object) -> str:
    if isinstance(value, str):
        return f"{len(value)} characters"
    return f"{len(value)} entries" if isinstance(value, dict) else type(value).__name__
