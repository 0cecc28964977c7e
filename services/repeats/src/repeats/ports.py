"""What a judgement needs of the outside: both topics, how far collectors and storage are, what is stored, secrets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec
import tides.awaiting
from contract.dead_letter import DeadLetter
from contract.progress import StoredMark
from contract.tide import Tide


def unheard() -> None:
    """A heartbeat that nobody listens to."""


class AwayError(Exception):
    """Something outside does not answer just now; the message names it and holds no more than an error's type."""


class Record(msgspec.Struct, frozen=True):
    """A record of `repeats`."""

    partition: int
    offset: int
    timestamp_ms: int
    """When it was sealed, Unix milliseconds: not before any of its beacons was received."""
    value: bytes


class Envelope(msgspec.Struct, frozen=True):
    """A record for `beacons`; made of the same source it has the same number, whoever makes it and how often."""

    partition: int
    sequence: int
    timestamp_ms: int
    value: bytes


class Source(Protocol):
    """The topic `repeats`, read as one of a group."""

    async def read(self) -> Sequence[Record]:
        """The next records, in order within each partition; waits for the first."""

    async def commit(self, records: Sequence[Record]) -> None:
        """Read on behind these, whatever happens."""


class Destination(Protocol):
    """The topics `beacons` and `dead-letters`. What fails is raised and ends the process."""

    async def partitions(self) -> int:
        """How many partitions `beacons` has."""

    async def append(self, envelope: Envelope) -> None:
        """Return once it is acknowledged by all in-sync replicas."""

    async def bury(self, letter: DeadLetter) -> None:
        """The same for a dead letter."""


class Progress(Protocol):
    """How far `beacons` is on its way into ClickHouse. Every call raises AwayError."""

    async def bounds(self) -> Mapping[int, tuple[int, int]]:
        """By partition of `beacons`: the first offset that is left, and the one after the last."""

    async def incarnation(self) -> str:
        """Hex of the topic id of `beacons`."""

    async def marks(self) -> Mapping[int, StoredMark]:
        """By partition, what the sink says that it has stored; a partition of which it said nothing is missing."""


class Collectors(Protocol):
    """What collectors tell of themselves."""

    def oldest_ms(self) -> int | None:
        """What any of them received before this is in Kafka; None where nobody can say."""


class Attempts(Protocol):
    """The attempts that events in ClickHouse came of."""

    async def stored(self, attempts: Collection[int], since_ms: int) -> set[int]:
        """Those of them that an event of that time or later has. Raises AwayError."""


class Secrets(tides.awaiting.Secrets, Protocol):
    """The live tides and routing secrets (see `tides.holder`)."""

    def current(self, now_ms: int) -> Tide | None:
        """The tide of the UTC day of a time."""

    def routing_secret(self, now_ms: int) -> bytes | None:
        """The routing secret of the month of a time; None where it is unknown or gone."""
