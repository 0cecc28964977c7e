"""May a letter be put back? The loss ledger's lines of its section in, yes with what it takes back, or why not.

A letter is written before the section that counts it. So one that a killed enricher left behind may stand for beacons
that its successor carried all the same: only what a stored section counts as dead may come again.
"""

from collections.abc import Iterable

import msgspec
from contract.dead_letter import DeadLetter
from contract.envelope import BeaconEnvelopeHead
from contract.outcomes import DeadReason, Tally

from tideline.letters.listing import head_of

CARRIED = "its section holds its beacons as something else: they are counted already"
NOT_STORED = "its section is not stored yet: try again when the sink has come that far"
IN_DOUBT = "its section counts fewer dead than there are letters: which of them came through nobody can tell"


class SectionLines(msgspec.Struct, frozen=True):
    """What the ledger says of one section."""

    tallies: tuple[Tally, ...]
    is_stored: bool
    """False while storage has not come past it."""


class NotAgainError(Exception):
    """The letter must not be put back, or not yet; the text says why."""


def taken_back(letter: DeadLetter, lines: SectionLines, letters_of_section: int) -> tuple[Tally, ...]:
    """The counts that no longer hold once the letter's beacons come again. Raises NotAgainError."""
    dead = [tally for tally in lines.tallies if tally.reason == letter.reason]
    if not dead:
        raise NotAgainError(CARRIED if lines.is_stored else NOT_STORED)
    if letter.reason != DeadReason.POISON:
        return _negative(dead)
    if sum(tally.count for tally in dead) < letters_of_section:
        raise NotAgainError(IN_DOUBT)
    head = head_of(letter)
    return _negative(msgspec.structs.replace(tally, reason=letter.reason) for tally in (head.held if head else ()))


def rides_along(letter: DeadLetter, head: BeaconEnvelopeHead) -> tuple[Tally, ...]:
    """What the collector had dropped before: told again only where the enricher could not read it the first time."""
    return head.dropped if letter.reason == DeadReason.UNKNOWN_VERSION else ()


def _negative(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(msgspec.structs.replace(tally, count=-tally.count) for tally in tallies)
