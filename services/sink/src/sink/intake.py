"""Intake: the consumer group's assignments start and stop a loop for each partition."""

import asyncio
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from runtime import log
from runtime.heartbeat import Heartbeat
from runtime.retry import retrying

from sink import metrics
from sink.partition import PartitionSink
from sink.steps.marks import Mark

_log = log.get(__name__)


def name_of(partition: TopicPartition) -> str:
    """What a partition's loop is called where it is told of."""
    return f"partition-{partition.partition}"


class Intake(ConsumerRebalanceListener):  # type: ignore[misc]
    """Consumes the topic as one of a group; fails as soon as one partition's loop does."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        admin: AIOKafkaAdminClient,
        topic: str,
        new_partition: Callable[[TopicPartition], PartitionSink],
        drain_s: float,
        heartbeat: Heartbeat,
    ) -> None:
        self._consumer = consumer
        self._admin = admin
        self._topic = topic
        self._new_partition = new_partition
        self._drain_s = drain_s
        self._heartbeat = heartbeat
        self._running: dict[asyncio.Task[None], PartitionSink] = {}
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Join the group, however long Kafka takes to be there."""
        await retrying(self._admin.start, on=(KafkaError,), what="kafka_admin_start")
        await retrying(self._consumer.start, on=(KafkaError,), what="kafka_consumer_start")
        self._consumer.subscribe([self._topic], listener=self)

    async def stop(self) -> None:
        """Deliver what is in hand, acknowledge it, leave the group."""
        await self._release()
        await self._consumer.stop()
        await self._admin.close()

    async def failed(self) -> None:
        """Raise what a partition's loop raised."""
        await asyncio.shield(self._failure)

    async def check(self) -> None:
        """Return where Kafka answers; raises KafkaError."""
        await self._admin.list_topics()

    def stored(self) -> dict[int, Mark]:
        """How far each partition of ours is stored, in source offsets."""
        found = {worker.name: worker.stored for worker in self._running.values()}
        return {partition: mark for partition, mark in found.items() if mark is not None}

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let go of every partition before the group gives them out again."""
        _log.info("revoked", partitions=sorted(p.partition for p in revoked))
        await self._release()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin with each partition; recovering goes on while the group does."""
        await self._release()
        metrics.ASSIGNMENTS.inc()
        _log.info("assigned", partitions=sorted(p.partition for p in assigned))
        for partition in assigned:
            worker = self._new_partition(partition)
            task = asyncio.create_task(worker.run(), name=name_of(partition))
            task.add_done_callback(self._ended)
            self._running[task] = worker

    async def _release(self) -> None:
        running, self._running = self._running, {}
        for worker in running.values():
            worker.stop()
        if running:
            _, late = await asyncio.wait(running, timeout=self._drain_s)
            for task in late:
                _log.warning("abandoned", task=task.get_name())
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._heartbeat.forget(task.get_name())
        if not task.cancelled() and (error := task.exception()) is not None and not self._failure.done():
            self._failure.set_exception(error)
