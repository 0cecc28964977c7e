"""Seal and open what must never lie readable: AES-256-GCM, once per envelope, with the day's key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
KEY_ID_BYTES = 16


class ForgedError(Exception):
    """A sealed value does not authenticate under its key: it was altered, or was sealed with another."""


def seal(key: AESGCM, plain: bytes, associated: bytes) -> bytes:
    """Plain bytes in, nonce and ciphertext out; `associated` is bound to them but not hidden."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, associated)


def unseal(key: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """The plain bytes behind `seal`. Raises ForgedError where they do not authenticate."""
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError) as error:
        raise ForgedError from error
