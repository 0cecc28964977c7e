"""What can become of a beacon, and how it is counted: accepted, dropped with a reason, dead-lettered, expired."""

from enum import StrEnum

import msgspec

MINUTE_MS = 60_000
UNKNOWN_SITE_ID = 0
"""All sites that nobody registered share this line of the ledger."""


class DropReason(StrEnum):
    """Why a beacon was counted and not stored. Never an exception, never logged with its payload."""

    UNKNOWN_SITE = "unknown_site"
    """Its domain is not registered."""
    OPTED_OUT = "opted_out"
    """`Sec-GPC: 1` or `DNT: 1` came with it."""
    BOT = "bot"
    """Its user agent is a program's."""
    SPAM_REFERRER = "spam_referrer"
    """Its referrer is known to send visits that nobody makes."""
    ENGAGEMENT_WITHOUT_SESSION = "engagement_without_session"
    """It extends a visit that does not exist, or no longer."""
    REPEATED = "repeated"
    """A client sent it again, and it is counted already."""


class DeadReason(StrEnum):
    """Why a record or beacon can never succeed."""

    UNKNOWN_VERSION = "unknown_version"
    """The envelope is of a version that this code does not know."""
    UNREADABLE = "unreadable"
    """The record, or its opened content, is not of the envelope's shape."""
    FORGED = "forged"
    """The sealed part does not authenticate under the key that it names."""
    POISON = "poison"
    """A step failed on this one beacon; the rest of its envelope went on."""
    EXPIRED = "expired"
    """Its key or salt was gone before it was read; counted, and no letter is kept of what nobody can open."""


class Tally(msgspec.Struct, array_like=True, frozen=True):
    """How many beacons of a site met the same end in the same minute of receive time."""

    site_id: int
    minute: int
    """Receive time in whole Unix minutes."""
    reason: str
    """A `DropReason` or `DeadReason`; empty where beacons are merely counted."""
    count: int
    """Below zero where beacons that were counted dead are put back."""
