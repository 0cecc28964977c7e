"""The port behind which envelopes become durable. A spool on disk can stand before it, in the same shape."""

from typing import Protocol

from collector.beacon_to_envelope import Envelope


class NotAppendedError(Exception):
    """The envelope is not known to be durable; it may be in the log all the same."""


class EnvelopeLog(Protocol):
    """Ordered within a partition; a lane appends one envelope at a time and awaits it."""

    async def partitions(self) -> int:
        """How many partitions there are; waits until the log can be asked."""

    async def append(self, envelope: Envelope) -> None:
        """Return once the envelope is durable. Raises NotAppendedError."""
