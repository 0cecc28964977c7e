"""A secret's name in, the secret out as soon as it is known, or None once it is lost for good.

Unknown just now is not gone: Redis may have been emptied, and whoever still holds a secret puts it back.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Protocol, TypeVar

from contract.tide import day_expires_at
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime import log

T = TypeVar("T")
_log = log.get(__name__)


class Secrets(Protocol):
    """The live tides (see `tides.holder`)."""

    def salt_of(self, day: str) -> bytes | None:
        """The salt of an ISO date; None where it is unknown or gone."""

    def key_of(self, key_id: bytes) -> AESGCM | None:
        """The key that an envelope names; None where it is unknown or gone."""


class AwaitedSecrets:
    """Looks again every `look_again_s`; `waiting` is entered while it waits, and `beat` called at each look."""

    def __init__(
        self,
        secrets: Secrets,
        now_s: Callable[[], float] = time.time,
        look_again_s: float = 0.25,
        key_patience_s: float = 120.0,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._secrets = secrets
        self._now_s = now_s
        self._look_again_s = look_again_s
        self._key_patience_s = key_patience_s
        self._waiting = waiting
        self._beat = beat
        self._lost_keys: set[bytes] = set()
        self.is_waiting = False

    async def key(self, key_id: bytes, day: str) -> AESGCM | None:
        """The key that an envelope of about that ISO date names; None where it will not come back."""
        look = partial(self._secrets.key_of, key_id)
        if key_id in self._lost_keys:
            return look()
        until_s = self._now_s() + self._key_patience_s

        def is_lost() -> bool:
            # whoever holds a key puts it back only while no other tide has taken its day's place
            taken = self._now_s() >= until_s and self._secrets.salt_of(day) is not None
            return taken or self._now_s() >= day_expires_at(day)

        found = await self._awaited(look, is_lost)
        if found is None:
            self._lost_keys.add(key_id)
        return found

    async def salt(self, day: str) -> bytes | None:
        """The salt of an ISO date; None once its life is over."""
        return await self._awaited(partial(self._secrets.salt_of, day), lambda: self._now_s() >= day_expires_at(day))

    async def known(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, however long that takes: for secrets of the present, which somebody will make."""
        found = await self._awaited(look, lambda: False)
        if found is None:
            raise AssertionError("waits until there is one")
        return found

    async def _awaited(self, look: Callable[[], T | None], is_lost: Callable[[], bool]) -> T | None:
        found = look()
        if found is not None or is_lost():
            return found
        _log.warning("waiting_for_secret")
        self.is_waiting = True
        with self._waiting():
            while found is None and not is_lost():
                self._beat()
                await asyncio.sleep(self._look_again_s)
                found = look()
        self.is_waiting = False
        return found
