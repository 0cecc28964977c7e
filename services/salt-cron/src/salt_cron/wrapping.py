"""Secrets under the operator's master key: bytes and a name in, AES-256-GCM bound to that name out, and back."""

import base64
import binascii
from pathlib import Path
from typing import Protocol

from contract.sealing import KEY_BYTES, ForgedError, seal, unseal
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tides.almanac import SecretName


class MasterKeyError(Exception):
    """The master key is missing, malformed or another one; the message never shows it."""


class Wrapper(Protocol):
    """What Postgres keeps of a secret."""

    def wrap(self, name: SecretName, raw: bytes) -> bytes | None:
        """The bytes to keep, or None to keep no more than the name."""

    def unwrap(self, name: SecretName, wrapped: bytes) -> bytes:
        """The secret again. Raises MasterKeyError."""


class MasterKey:
    """`Wrapper` of the mode `wrapped`."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def wrap(self, name: SecretName, raw: bytes) -> bytes:
        """Nonce and ciphertext, which open under the same name only."""
        return seal(self._key, raw, str(name).encode())

    def unwrap(self, name: SecretName, wrapped: bytes) -> bytes:
        """The secret again. Raises MasterKeyError where another key, or another name, wrapped it."""
        try:
            return unseal(self._key, wrapped, str(name).encode())
        except ForgedError:
            raise MasterKeyError(
                f"the master key does not open {name} in Postgres: give the key that wrapped it, "
                "or delete the rows of the table tides and accept that visitors are counted anew"
            ) from None


class NothingKept:
    """`Wrapper` of the mode `memory`."""

    def wrap(self, name: SecretName, raw: bytes) -> None:
        """Keep no more than the name."""

    def unwrap(self, name: SecretName, wrapped: bytes) -> bytes:  # noqa: ARG002  the port's signature
        """Raise MasterKeyError: whatever was wrapped before the mode changed needs its key."""
        raise MasterKeyError(f"{name} was kept in mode wrapped, and mode memory knows no master key")


def read_master_key(text: str, file: str) -> bytes:
    """32 bytes from MASTER_KEY's text, else from the file of MASTER_KEY_FILE. Raises MasterKeyError."""
    if not text and not file:
        raise MasterKeyError("mode wrapped needs MASTER_KEY_FILE (32 bytes as base64url) or MASTER_KEY")
    try:
        found = text or Path(file).read_text(encoding="ascii")
        key = base64.b64decode(_padded(found.strip()), altchars=b"-_", validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise MasterKeyError(f"the master key cannot be read: {type(error).__name__}") from None
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"the master key has {len(key)} bytes, wanted are {KEY_BYTES}")
    return key


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
