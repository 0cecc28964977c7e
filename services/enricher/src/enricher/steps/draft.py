"""What steps work on: one beacon on its way (a draft), and the world it is seen in."""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec
from contract.beacon import Beacon
from contract.event import Event
from visits.sessions import Hit, Inherited, Session
from visits.url_parts import UrlParts

from enricher.live_sessions import LiveSessions
from enricher.lookups import Lookups
from enricher.steps.acquisition import Acquisition
from enricher.steps.client import Client
from enricher.steps.place import NOWHERE, Place

NOTHING_INHERITED = Inherited()
_NO_URL = UrlParts("", "")
_NO_CLIENT = Client()
_NO_ACQUISITION = Acquisition("", "", "")
NO_HIT = Hit(0, 0, "", "", "", NOTHING_INHERITED)


class Origin(msgspec.Struct, frozen=True):
    """Where an envelope lies in the log, as one number that no other envelope has."""

    number: int


def origin_of(incarnation: bytes, partition: int, source_offset: int) -> Origin:
    """The origin of a source offset; the topic's incarnation (16 bytes) is in it, since offsets start over with it."""
    digest = blake2b(b"%d,%d" % (partition, source_offset), digest_size=8, key=incarnation).digest()
    return Origin(int.from_bytes(digest))


class World(msgspec.Struct, frozen=True):
    """What steps may look at beside the beacon itself; only `sessions` changes."""

    origin: Origin
    salts: Mapping[int, bytes]
    """UTC day (whole days since 1970) to salt: of every day a beacon of the envelope happened on, and of the days
    before and after where they are known."""
    sessions: LiveSessions
    lookups: Lookups


class Draft(msgspec.Struct, gc=False):
    """A beacon and what the steps so far have found out about it."""

    beacon: Beacon
    place_in_envelope: int
    hit: Hit
    """`NO_HIT` before `put_hit`."""
    client: Client = _NO_CLIENT
    url: UrlParts = _NO_URL
    visitor: int = 0
    day: int = 0
    """The UTC day whose salt made `visitor`."""
    session: Session | None = None
    """The live session it goes on with; None where it begins one."""
    acquisition: Acquisition = _NO_ACQUISITION
    place: Place = NOWHERE
    event: Event | None = None
