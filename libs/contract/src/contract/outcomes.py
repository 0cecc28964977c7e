"""What can become of a beacon, and how it is counted: accepted, dropped with a reason, dead-lettered, expired."""

from enum import StrEnum

import msgspec

UNKNOWN_SITE_ID = 0
"""All sites that nobody registered share this line of the ledger."""


class DropReason(StrEnum):
    """Why a beacon was counted and not stored. Never an exception, never logged with its payload."""

    UNKNOWN_SITE = "unknown_site"
    OPTED_OUT = "opted_out"
    BOT = "bot"
    SPAM_REFERRER = "spam_referrer"
    ENGAGEMENT_WITHOUT_SESSION = "engagement_without_session"


class DeadReason(StrEnum):
    """Why a record or beacon can never succeed."""

    UNKNOWN_VERSION = "unknown_version"
    UNREADABLE = "unreadable"
    FORGED = "forged"
    POISON = "poison"
    EXPIRED = "expired"
    """Its key or salt was gone before it was read; counted, and no letter is kept of what nobody can open."""


class Tally(msgspec.Struct, array_like=True, frozen=True):
    """How many beacons of a site met the same end in the same minute of receive time."""

    site_id: int
    minute: int
    """Receive time in whole Unix minutes."""
    reason: str
    """A `DropReason` or `DeadReason`."""
    count: int
