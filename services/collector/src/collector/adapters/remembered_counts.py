"""How many partitions each topic has: asked of Kafka, and while it is away from what it said last, kept in a file.

A collector that starts while Kafka is away can so take beacons all the same, for its spool.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from runtime import log
from runtime.background import Background

from collector.adapters.kafka_log import PartitionsChangedError
from collector.adapters.state_file import StateFile
from collector.envelope_log import EnvelopeLog

_read = msgspec.json.Decoder(dict[str, int]).decode
_log = log.get(__name__)


class RememberedCounts:
    """A component. What it told stays true for the process's life, or ends it."""

    def __init__(self, envelopes: EnvelopeLog, topics: Sequence[str], file: StateFile, patience_s: float = 2.0) -> None:
        self._envelopes = envelopes
        self._topics = topics
        self._file = file
        self._patience_s = patience_s
        self._counts: Mapping[str, int] = {}
        self._known = asyncio.Event()
        self._asking = Background(self._ask)

    async def start(self) -> None:
        """Begin to ask; does not wait."""
        self._asking.start()

    async def stop(self) -> None:
        """Ask no more."""
        await self._asking.stop()

    async def failed(self) -> None:
        """Raise PartitionsChangedError where Kafka says otherwise than was remembered."""
        await self._asking.failed()

    async def of(self, topic: str) -> int:
        """How many partitions a topic has; waits until Kafka or the file has told."""
        await self._known.wait()
        return self._counts[topic]

    async def _ask(self) -> None:
        asking = asyncio.gather(*(self._envelopes.partitions(topic) for topic in self._topics))
        remembered = await self._remembered()
        done, _ = await asyncio.wait((asking,), timeout=self._patience_s)
        if not done and remembered:
            self._tell(remembered)
            _log.warning("partitions_remembered", partitions=dict(remembered))
        counts = dict(zip(self._topics, await asking, strict=True))
        if counts != remembered:
            await asyncio.to_thread(self._file.write, msgspec.json.encode(counts))
        if self._counts and counts != self._counts:
            raise PartitionsChangedError(f"partitions are {counts} and were {dict(self._counts)}: start anew")
        self._tell(counts)

    async def _remembered(self) -> Mapping[str, int]:
        """What the file says; empty where it says nothing of some topic."""
        body = await asyncio.to_thread(self._file.read)
        try:
            found = _read(body or b"{}")
        except (msgspec.MsgspecError, UnicodeError):
            return {}
        return found if found.keys() == set(self._topics) else {}

    def _tell(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._known.set()
