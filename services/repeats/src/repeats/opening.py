"""Records of `repeats` in, opened or dead ones out; waits for a secret that is unknown just now."""

import time
from collections.abc import Callable
from functools import partial

from contract.beacon import Beacon
from contract.envelope import UnreadableError, decode_beacons, read_head
from contract.outcomes import MINUTE_MS, UNKNOWN_SITE_ID, DeadReason, Tally
from contract.sealing import ForgedError
from contract.tide import day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tides.awaiting import AwaitedSecrets

from repeats.ports import Record, Secrets
from repeats.repeats_to_envelopes import Dead, Opened


class Opener:
    """Opens records with the secrets in memory."""

    def __init__(self, secrets: Secrets, awaited: AwaitedSecrets, now_s: Callable[[], float] = time.time) -> None:
        self._secrets = secrets
        self._awaited = awaited
        self._now_s = now_s

    async def open(self, record: Record) -> Opened | Dead:
        """The record's beacons, or why nobody can open it. Raises UnknownVersionError."""
        held: tuple[Tally, ...] = (Tally(UNKNOWN_SITE_ID, record.timestamp_ms // MINUTE_MS, "", 1),)
        try:
            head = read_head(record.value)
            held = head.held or held
            key = await self._awaited.key(head.key_id, day_of(record.timestamp_ms))
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
            await self._awaited.known(partial(self._secrets.routing_secret, received_ms))
        return self._known_secret

    async def present_key(self) -> tuple[bytes, AESGCM]:
        """Id and key of today's tide."""

        def look() -> tuple[bytes, AESGCM] | None:
            tide = self._secrets.current(int(self._now_s() * 1000))
            key = self._secrets.key_of(tide.key_id) if tide else None
            return (tide.key_id, key) if tide and key else None

        return await self._awaited.known(look)

    def _known_secret(self, at_ms: int) -> bytes:
        found = self._secrets.routing_secret(at_ms)
        if found is None:
            raise AssertionError("a secret outlives the keys of its month's days")
        return found
