"""What to do about one secret: what Redis and Postgres hold of it in, one action out. No I/O, no clock."""

from enum import StrEnum

import msgspec


class Row(StrEnum):
    """What Postgres knows of a secret."""

    NONE = "none"
    BARE = "bare"
    """That it was made."""
    WRAPPED = "wrapped"
    """The secret itself, under the master key."""
    OTHER = "other"
    """A secret under the master key, and not the one that Redis has."""


class Action(StrEnum):
    """What is to be done; each is safe to be tried by two at once."""

    NOTHING = "nothing"
    WAIT = "wait"
    """Somebody may still hold it and put it back."""
    MINT = "mint"
    """Win the row, then write Redis."""
    MINT_AGAIN = "mint_again"
    """Nobody has put it back: win the row anew, then write Redis."""
    RESTORE = "restore"
    """Unwrap what Postgres has into Redis."""
    RECORD = "record"
    """Let Postgres know of what Redis has."""
    FORGET = "forget"
    """Keep the row without its secret."""


class Seen(msgspec.Struct, frozen=True):
    """One secret as it is found."""

    in_redis: bool
    row: Row
    needed: bool
    """It is of a day that a beacon may be of, of tomorrow, of this month or of the next."""
    missing_s: float
    """For how long Redis has not had it, as far as this process has seen."""


def decide(seen: Seen, *, keeps_secrets: bool, grace_s: float) -> Action:
    """The action for a secret; `keeps_secrets` is the mode `wrapped`."""
    if seen.in_redis:
        return _agree(seen.row, keeps_secrets=keeps_secrets)
    if seen.row in (Row.WRAPPED, Row.OTHER):
        return Action.RESTORE if keeps_secrets else _replace(seen, grace_s)
    if not seen.needed:
        return Action.NOTHING
    return Action.MINT if seen.row is Row.NONE else _replace(seen, grace_s)


def _agree(row: Row, *, keeps_secrets: bool) -> Action:
    if keeps_secrets:
        return Action.NOTHING if row is Row.WRAPPED else Action.RECORD
    return {Row.NONE: Action.RECORD, Row.BARE: Action.NOTHING}.get(row, Action.FORGET)


def _replace(seen: Seen, grace_s: float) -> Action:
    if not seen.needed:
        return Action.NOTHING
    return Action.MINT_AGAIN if seen.missing_s >= grace_s else Action.WAIT
