"""A record of `beacons` in, what it holds in clear out, or why it can never be read. Waits for keys and salts."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec
from contract.beacon import Beacon
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, decode_beacons, read_head
from contract.outcomes import MINUTE_MS, DeadReason, Tally
from contract.sealing import ForgedError
from contract.tide import day_expires_at, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime import log

from enricher import metrics
from enricher.envelope_to_events import days_of, tallies
from enricher.live_sessions import DAY_MS
from enricher.ports import Record, Secrets

T = TypeVar("T")
_log = log.get(__name__)


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
    """Opens envelopes with the secrets in memory. A secret that is unknown just now is waited for."""

    def __init__(
        self,
        secrets: Secrets,
        now_s: Callable[[], float] = time.time,
        look_again_s: float = 0.25,
        key_patience_s: float = 120.0,
    ) -> None:
        self._secrets = secrets
        self._now_s = now_s
        self._look_again_s = look_again_s
        self._key_patience_s = key_patience_s
        self._lost_keys: set[bytes] = set()
        self.is_waiting = False
        """True while a key or salt is waited for."""

    async def open(self, record: Record, head: BeaconEnvelopeHead) -> Opened:
        """The record's beacons. Raises UnopenableError."""
        key = await self._key(head.key_id, day_of(record.timestamp_ms))
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

    async def _key(self, key_id: bytes, day: str) -> AESGCM:
        """The key an envelope names, of about that day. Raises UnopenableError where it will not come back."""
        until_s = self._now_s() + self._key_patience_s

        def is_lost() -> bool:
            # whoever holds a key puts it back only while no other tide has taken its day's place
            return self._now_s() >= until_s and self._secrets.salt_of(day) is not None

        look = partial(self._secrets.key_of, key_id)
        key = look() if key_id in self._lost_keys else await self._awaited(look, day, is_lost)
        if key is None:
            self._lost_keys.add(key_id)
            raise UnopenableError(DeadReason.EXPIRED)
        return key

    async def _salts(self, days: set[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for day in days:
            name = day_of(day * DAY_MS)
            salt = await self._awaited(partial(self._secrets.salt_of, name), name, lambda: False)
            if salt is not None:
                found[day] = salt
            for beside in (day - 1, day + 1):
                known = self._secrets.salt_of(day_of(beside * DAY_MS))
                if known is not None:
                    found.setdefault(beside, known)
        return found

    async def _awaited(self, look: Callable[[], T | None], day: str, is_lost: Callable[[], bool]) -> T | None:
        """The secret as soon as it is known; None once it is lost, or its day's secrets must be gone."""
        found = look()
        if found is not None:
            return found
        _log.warning("waiting_for_secret", day=day)
        self.is_waiting = True
        with metrics.WAITING.track_inprogress():
            while found is None and self._now_s() < day_expires_at(day) and not is_lost():
                await asyncio.sleep(self._look_again_s)
                found = look()
        self.is_waiting = False
        return found
