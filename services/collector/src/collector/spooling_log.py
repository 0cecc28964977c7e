"""An envelope log with a spool before it: what the log does not acknowledge goes to disk, and later into the log.

While a lane's spool holds anything, everything new of that lane queues behind it, so that numbers reach the log in
order. What timed out may be in the log already, and what was replayed once may be replayed again after a kill: an
envelope keeps its number, and the reader of the log drops the second.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from runtime import log

from collector import metrics
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError, RunLog, Spool

_RUN_BYTES = 1024 * 1024
_PAUSE_S = 0.25
_log = log.get(__name__)


class SpoolingLog:
    """A component and an `EnvelopeLog`; `began` is set when the first envelope of a lane goes to disk."""

    def __init__(
        self, envelopes: RunLog, spool: Spool, patience_s: float, count_of: Callable[[str], Awaitable[int]]
    ) -> None:
        self._envelopes = envelopes
        self._spool = spool
        self._patience_s = patience_s
        self._count_of = count_of
        self._replays: dict[LaneName, asyncio.Task[None]] = {}
        self._broken: asyncio.Future[None] | None = None
        self.began = asyncio.Event()

    async def start(self) -> None:
        """Begin to replay what an earlier life left."""
        self._broken = asyncio.get_running_loop().create_future()
        for lane in tuple(self._spool.lanes()):
            self._replay(lane)

    async def stop(self) -> None:
        """Replay no more; what is left waits for the next life."""
        for task in self._replays.values():
            task.cancel()
        await asyncio.gather(*self._replays.values(), return_exceptions=True)

    async def failed(self) -> None:
        """Raise what ended a replay."""
        while self._broken is None:  # noqa: ASYNC110  asked before the start at the latest
            await asyncio.sleep(_PAUSE_S)
        await asyncio.shield(self._broken)

    async def ready(self) -> str:
        """A health check, and a word on the spool: raises NotAppendedError where no envelope could become durable."""
        if not len(self._spool):
            with contextlib.suppress(NotAppendedError):
                await self._envelopes.ready()
                return ""
        if self._spool.trouble:
            raise NotAppendedError(f"Kafka cannot be reached, and the spool takes nothing: {self._spool.trouble}")
        return f"{len(self._spool)} envelopes are spooled"

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has, or had when the log could last be asked."""
        return await self._count_of(topic)

    async def append(self, envelope: Envelope) -> None:
        """Return once the envelope is in the log or on disk. Raises NotAppendedError where it is in neither."""
        if envelope.lane not in self._spool.lanes() and await self._is_in_log(envelope):
            return
        await self._spool.append(envelope)
        if envelope.lane not in self._replays:
            self.began.set()
            self._replay(envelope.lane)

    async def _is_in_log(self, envelope: Envelope) -> bool:
        """Whether the log took it in time; where not, it may be on its way there still."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._envelopes.append(envelope)
        except (NotAppendedError, TimeoutError):
            return False
        return True

    def _replay(self, lane: LaneName) -> None:
        task = asyncio.create_task(self._replay_lane(lane))
        self._replays[lane] = task
        task.add_done_callback(self._note_end)

    async def _replay_lane(self, lane: LaneName) -> None:
        trouble = ""
        while lane in self._spool.lanes():
            try:
                run = await self._spool.first(lane, _RUN_BYTES)
                await self._envelopes.append_run(run)
            except (NotAppendedError, OSError) as error:
                if str(error) != trouble:
                    trouble = str(error)
                    _log.warning("replay_waits", topic=lane.topic, lane=lane.partition, reason=trouble)
                await asyncio.sleep(_PAUSE_S)
            else:
                await self._spool.drop_first(lane, len(run))
                metrics.REPLAYED.inc(len(run))
        # nothing is awaited since the spool was looked at, so that no envelope finds a replay that is about to end
        del self._replays[lane]
        _log.info("replay_done", topic=lane.topic, lane=lane.partition)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) and self._broken and not self._broken.done():
            self._broken.set_exception(error)
