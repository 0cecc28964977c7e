"""New secrets from the system's randomness: a name in, its bytes as the store keeps them out."""

import os

from contract.identity import SALT_BYTES
from contract.sealing import KEY_BYTES, KEY_ID_BYTES
from contract.tide import Tide

from tides.almanac import SecretName
from tides.held import tide_bytes


def mint(name: SecretName) -> bytes:
    """A fresh secret of that name; no two calls give the same."""
    if name.kind == "routing":
        return os.urandom(SALT_BYTES)
    return tide_bytes(Tide(name.period, os.urandom(SALT_BYTES), os.urandom(KEY_ID_BYTES), os.urandom(KEY_BYTES)))
