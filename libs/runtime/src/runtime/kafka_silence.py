"""A consumer that brings nothing although Kafka has more, told from one that has nothing to bring."""

import asyncio
import time
from collections.abc import Callable, Collection

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

_QUIET_S = 10.0
"""Until nothing has come for so long nobody asks; and as long is waited for an answer."""


class Silence:
    """What a loop has heard of some of a consumer's partitions; Kafka is asked only after ten seconds of nothing."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        partitions: Callable[[], Collection[TopicPartition]],
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._consumer = consumer
        self._partitions = partitions
        self._steady_s = steady_s
        self._since_s = steady_s()

    def broken(self) -> None:
        """Records came."""
        self._since_s = self._steady_s()

    async def is_stuck(self) -> bool:
        """True where one of the partitions has more to read than has come; False where Kafka does not say so."""
        if self._steady_s() - self._since_s < _QUIET_S:
            return False
        try:
            async with asyncio.timeout(_QUIET_S):
                more = await self._has_more()
        except (KafkaError, TimeoutError):
            return False
        if not more:
            self.broken()
        return more

    async def _has_more(self) -> bool:
        ends = await self._consumer.end_offsets(self._partitions())
        return any([await self._consumer.position(partition) < end for partition, end in ends.items()])
