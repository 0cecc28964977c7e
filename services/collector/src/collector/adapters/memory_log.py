"""An envelope log in a list: for unit tests, held to the same contract suite as Kafka's."""

import asyncio
from collections.abc import Sequence

from collector.beacon_to_envelope import Envelope
from collector.envelope_log import NotAppendedError


class MemoryLog:
    """`away` refuses every envelope; `gate`, while cleared, lets none be acknowledged."""

    def __init__(self, partitions: int = 4) -> None:
        self.envelopes: list[Envelope] = []
        self.counts: dict[str, int] = {}
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._partitions = partitions

    async def partitions(self, topic: str) -> int:
        """As many as it was made with, unless `counts` says otherwise of the topic."""
        return self.counts.get(topic, self._partitions)

    async def append(self, envelope: Envelope) -> None:
        """Keep the envelope, and acknowledge it once the gate is open. Raises NotAppendedError while away."""
        await self.append_run([envelope])

    async def append_run(self, envelopes: Sequence[Envelope]) -> None:
        """Keep them all, and acknowledge them once the gate is open. Raises NotAppendedError while away."""
        if self.away:
            raise NotAppendedError("away")
        self.envelopes.extend(envelopes)
        await self.gate.wait()

    async def ready(self) -> None:
        """Raises NotAppendedError while away."""
        if self.away:
            raise NotAppendedError("away")
