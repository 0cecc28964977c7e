"""A record of `beacons` in, what it holds in clear out, or why it can never be read. Waits for keys and salts."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from contract.beacon import Beacon
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, decode_beacons, read_head
from contract.outcomes import MINUTE_MS, DeadReason, Tally
from contract.sealing import ForgedError
from contract.tide import day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tides.awaiting import AwaitedSecrets, Secrets

from enricher.envelope_to_events import days_of, tallies
from enricher.live_sessions import DAY_MS
from enricher.ports import Record


class Opened(msgspec.Struct, frozen=True):
    """An envelope that authenticated, and the salts of its beacons' days."""

    beacons: list[Beacon]
    key: AESGCM
    salts: dict[int, bytes]
    """UTC day (whole days since 1970) to salt; the days before and after each as well, where they are known."""
    expired: list[Tally]
    """Beacons whose day's salt is gone; they are not among `beacons`."""
    places: Sequence[int]
    """Where each of `beacons` stood in the envelope, from 0."""


class UnopenableError(Exception):
    """This envelope can never be opened."""

    def __init__(self, reason: DeadReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def head_of(record: Record) -> BeaconEnvelopeHead:
    """The clear head of a record. Raises UnopenableError."""
    try:
        return read_head(record.value)
    except UnknownVersionError as error:
        raise UnopenableError(DeadReason.UNKNOWN_VERSION) from error
    except UnreadableError as error:
        raise UnopenableError(DeadReason.UNREADABLE) from error


class Opener:
    """Opens envelopes with the secrets in memory."""

    def __init__(self, secrets: Secrets, awaited: AwaitedSecrets) -> None:
        self._secrets = secrets
        self._awaited = awaited

    async def open(self, record: Record, head: BeaconEnvelopeHead) -> Opened:
        """The record's beacons. Raises UnopenableError."""
        key = await self._awaited.key(head.key_id, day_of(record.timestamp_ms))
        if key is None:
            raise UnopenableError(DeadReason.EXPIRED)
        try:
            beacons = decode_beacons(record.value, key)
        except ForgedError as error:
            raise UnopenableError(DeadReason.FORGED) from error
        except UnreadableError as error:
            raise UnopenableError(DeadReason.UNREADABLE) from error
        days = days_of(beacons)
        salts = await self._salts(days)
        if days <= salts.keys():
            return Opened(beacons, key, salts, [], range(len(beacons)))
        places = [place for place, beacon in enumerate(beacons) if beacon.happened_ms // DAY_MS in salts]
        lost = Counter(
            (beacon.site_id, beacon.received_ms // MINUTE_MS, DeadReason.EXPIRED.value)
            for beacon in beacons
            if beacon.happened_ms // DAY_MS not in salts
        )
        return Opened([beacons[place] for place in places], key, salts, tallies(lost), places)

    async def _salts(self, days: set[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for day in days:
            salt = await self._awaited.salt(day_of(day * DAY_MS))
            if salt is not None:
                found[day] = salt
            for beside in (day - 1, day + 1):
                known = self._secrets.salt_of(day_of(beside * DAY_MS))
                if known is not None:
                    found.setdefault(beside, known)
        return found
