"""The secrets one process holds in memory: their bytes as Redis has them in, salts and keys by day and id out."""

import msgspec
from contract.identity import SALT_BYTES
from contract.sealing import KEY_BYTES, KEY_ID_BYTES
from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tides.almanac import DAY_MS, SecretName

_read_tide = msgspec.msgpack.Decoder(Tide).decode


class MalformedSecretError(Exception):
    """Bytes that are no secret of that name; the message never shows them."""


def tide_bytes(tide: Tide) -> bytes:
    """A tide as Redis and Postgres keep it."""
    return msgspec.msgpack.encode(tide)


def read_tide(name: SecretName, raw: bytes) -> Tide:
    """The tide of that name. Raises MalformedSecretError."""
    try:
        tide = _read_tide(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MalformedSecretError(f"{name} is not a tide") from None
    sizes = (len(tide.salt), len(tide.key_id), len(tide.key))
    if tide.day != name.period or sizes != (SALT_BYTES, KEY_ID_BYTES, KEY_BYTES):
        raise MalformedSecretError(f"{name} is of another day or size")
    return tide


class HeldSecrets:
    """What has been adopted and has not expired. A tide that another one replaces leaves its key behind, by id."""

    def __init__(self) -> None:
        self._raw: dict[SecretName, bytes] = {}
        self._tide_on: dict[int, Tide] = {}
        self._tide_of: dict[str, Tide] = {}
        self._routing_on: dict[int, bytes] = {}
        self._keys: dict[bytes, tuple[AESGCM, int]] = {}

    def adopt(self, name: SecretName, raw: bytes) -> bool:
        """Hold these bytes under this name; False where they were held already. Raises MalformedSecretError."""
        if self._raw.get(name) == raw:
            return False
        if name.kind == "tide":
            self._adopt_tide(name, read_tide(name, raw))
        elif len(raw) == SALT_BYTES:
            self._routing_on |= dict.fromkeys(name.days, raw)
        else:
            raise MalformedSecretError(f"{name} is of another size")
        self._raw[name] = raw
        return True

    def _adopt_tide(self, name: SecretName, tide: Tide) -> None:
        self._tide_of[tide.day] = tide
        self._tide_on[name.days.start] = tide
        self._keys[tide.key_id] = (AESGCM(tide.key), name.expires_at_s)

    def drop_expired(self, now_s: int) -> list[SecretName]:
        """Forget what must be gone by `now_s`; the names of what was."""
        gone = [name for name in self._raw if name.expires_at_s <= now_s]
        for name in gone:
            del self._raw[name]
            if name.kind == "tide":
                self._tide_of.pop(name.period, None)
            by_day: dict[int, Tide] | dict[int, bytes] = self._tide_on if name.kind == "tide" else self._routing_on
            for day in name.days:
                by_day.pop(day, None)
        self._keys = {key_id: held for key_id, held in self._keys.items() if held[1] > now_s}
        return gone

    def raw(self) -> dict[SecretName, bytes]:
        """Everything held, as it would be put back."""
        return dict(self._raw)

    def tide_of(self, day: str) -> Tide | None:
        """The tide of an ISO date."""
        return self._tide_of.get(day)

    def tide_at(self, now_ms: int) -> Tide | None:
        """The tide of the UTC day of a time."""
        return self._tide_on.get(now_ms // DAY_MS)

    def routing_at(self, now_ms: int) -> bytes | None:
        """The routing secret of the UTC month of a time."""
        return self._routing_on.get(now_ms // DAY_MS)

    def key_of(self, key_id: bytes) -> AESGCM | None:
        """The envelope key with this id."""
        held = self._keys.get(key_id)
        return held[0] if held else None
