"""Records of `repeats` in, opened or dead ones out; waits for a secret that is unknown just now."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from contract.beacon import Beacon
from contract.envelope import UnreadableError, decode_beacons, read_head
from contract.outcomes import MINUTE_MS, UNKNOWN_SITE_ID, DeadReason, Tally
from contract.sealing import ForgedError
from contract.tide import day_expires_at, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime import log

from repeats import metrics
from repeats.ports import Record, Secrets, unheard
from repeats.repeats_to_envelopes import Dead, Opened

T = TypeVar("T")
_log = log.get(__name__)
_KEY_PATIENCE_S = 120.0
"""After it, a key whose day has another tide by now counts as lost: nobody puts it back any more."""


class Opener:
    """Opens records with the secrets in memory."""

    def __init__(
        self,
        secrets: Secrets,
        look_again_s: float = 0.25,
        now_s: Callable[[], float] = time.time,
        beat: Callable[[], None] = unheard,
    ) -> None:
        self._secrets = secrets
        self._look_again_s = look_again_s
        self._now_s = now_s
        self._beat = beat

    async def open(self, record: Record) -> Opened | Dead:
        """The record's beacons, or why nobody can open it. Raises UnknownVersionError."""
        held: tuple[Tally, ...] = (Tally(UNKNOWN_SITE_ID, record.timestamp_ms // MINUTE_MS, "", 1),)
        try:
            head = read_head(record.value)
            held = head.held or held
            key = await self._key(head.key_id, day_of(record.timestamp_ms))
            if key is None:
                return Dead(record, DeadReason.EXPIRED, held)
            kept_number = (head.epoch, head.sequence) if head.redriven else None
            return Opened(record, head.key_id, key, decode_beacons(record.value, key), kept_number)
        except UnreadableError:
            return Dead(record, DeadReason.UNREADABLE, held)
        except ForgedError:
            return Dead(record, DeadReason.FORGED, held)

    async def routing_secrets(self, beacons: list[Beacon]) -> Callable[[int], bytes]:
        """The routing secrets of the beacons' months, by receive time."""
        for received_ms in {beacon.received_ms for beacon in beacons}:
            await self._awaited(lambda at_ms=received_ms: self._secrets.routing_secret(at_ms), lambda: False)  # type: ignore[misc]
        return self._known_secret

    async def present_key(self) -> tuple[bytes, AESGCM]:
        """Id and key of today's tide."""

        def look() -> tuple[bytes, AESGCM] | None:
            tide = self._secrets.current(int(self._now_s() * 1000))
            key = self._secrets.key_of(tide.key_id) if tide else None
            return (tide.key_id, key) if tide and key else None

        found = await self._awaited(look, lambda: False)
        if found is None:
            raise AssertionError("waits until there is one")
        return found

    def _known_secret(self, at_ms: int) -> bytes:
        found = self._secrets.routing_secret(at_ms)
        if found is None:
            raise AssertionError("a secret outlives the keys of its month's days")
        return found

    async def _key(self, key_id: bytes, day: str) -> AESGCM | None:
        until_s = self._now_s() + _KEY_PATIENCE_S

        def is_lost() -> bool:
            now_s = self._now_s()
            return now_s >= day_expires_at(day) or (now_s >= until_s and self._secrets.salt_of(day) is not None)

        return await self._awaited(lambda: self._secrets.key_of(key_id), is_lost)

    async def _awaited(self, look: Callable[[], T | None], is_lost: Callable[[], bool]) -> T | None:
        found = look()
        if found is not None or is_lost():
            return found
        _log.warning("waiting_for_secret")
        with metrics.WAITING.labels("secrets").track_inprogress():
            while found is None and not is_lost():
                self._beat()
                await asyncio.sleep(self._look_again_s)
                found = look()
        return found
