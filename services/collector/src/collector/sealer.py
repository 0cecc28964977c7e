"""Seals what a lane has gathered under the tide of the moment, and lets the counts of drops ride along."""

from collections.abc import Callable
from typing import Protocol

import msgspec
from contract.beacon import Beacon
from contract.outcomes import Tally
from contract.tide import Tide
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from collector.beacon_to_envelope import Envelope, LaneName, Numbering, seal_envelope
from collector.tallies import Tallies


class NotSealedError(Exception):
    """There is no tide to seal under."""


class Tides(Protocol):
    """What the holder of tides tells."""

    def current(self, now_ms: int) -> Tide | None:
        """The tide of the UTC day of a time."""

    def key_of(self, key_id: bytes) -> AESGCM | None:
        """The key with this id."""


class Sealed(msgspec.Struct, frozen=True):
    """An envelope and the counts inside it, so that these can be given back if it is lost."""

    envelope: Envelope
    dropped: tuple[Tally, ...]


class Sealer:
    """One a process: its epoch is 8 random bytes of the process's life."""

    def __init__(self, tides: Tides, tallies: Tallies, clock_ms: Callable[[], int], epoch: bytes) -> None:
        self._tides = tides
        self._tallies = tallies
        self._clock_ms = clock_ms
        self._epoch = epoch

    def for_lane(self, lane: LaneName) -> "LaneSealer":
        """The sealer of one lane, with numbers of its own."""
        return LaneSealer(self, Numbering(self._epoch, lane))

    def seal(self, beacons: list[Beacon], numbering: Numbering) -> Sealed:
        """Seal under the tide of now. Raises NotSealedError."""
        now_ms = self._clock_ms()
        tide = self._tides.current(now_ms)
        key = self._tides.key_of(tide.key_id) if tide else None
        if tide is None or key is None:
            raise NotSealedError("today's tide is not known")
        dropped = self._tallies.take()
        return Sealed(seal_envelope(beacons, dropped, numbering, (tide, key), now_ms), dropped)

    def give_back(self, sealed: Sealed) -> None:
        """The counts of an envelope that is not known to be durable ride with the next."""
        self._tallies.give_back(sealed.dropped)


class LaneSealer:
    """A sealer with the numbers of one lane."""

    def __init__(self, sealer: Sealer, numbering: Numbering) -> None:
        self._sealer = sealer
        self._numbering = numbering

    @property
    def lane(self) -> LaneName:
        """Whose numbers these are."""
        return self._numbering.lane

    def seal(self, beacons: list[Beacon]) -> Sealed:
        """Seal with the next number. Raises NotSealedError, which uses up no number."""
        return self._sealer.seal(beacons, self._numbering)

    def give_back(self, sealed: Sealed) -> None:
        """The counts of an envelope that is not known to be durable ride with the next."""
        self._sealer.give_back(sealed)
