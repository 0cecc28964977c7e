"""What nobody should ever have written to `beacons`, and the hand that writes it."""

import asyncio
from collections.abc import Callable

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

TOPIC = "beacons"
HOW_MANY = 5
"""Of each kind and partition: fewer than what makes an enricher stop."""
_GIVEN_UP_AFTER_S = 20

Spoiling = Callable[[bytes], bytes]
"""A record of `beacons` that was taken in already, and what becomes of it."""


def garbage(_: bytes) -> bytes:
    """Bytes that are no envelope."""
    return b"\x00\xff this is no envelope"


def of_tomorrow(value: bytes) -> bytes:
    """An envelope of a version that nobody knows yet."""
    return msgspec.msgpack.encode([99, *msgspec.msgpack.decode(value)[1:]])


def altered(value: bytes) -> bytes:
    """An envelope whose sealed part was changed."""
    return value[:-1] + bytes([value[-1] ^ 1])


def overtaking(value: bytes) -> bytes:
    """An envelope that claims a number far above its collector's: believed, it would shut all that follow out."""
    version, head, sealed = msgspec.msgpack.decode(value)
    fields = msgspec.msgpack.decode(head)
    fields[3] += 1_000_000
    return msgspec.msgpack.encode([version, msgspec.msgpack.encode(fields), sealed])


def again(value: bytes) -> bytes:
    """The same envelope once more, as when an acknowledgement was lost."""
    return value


def spoil(kafka_url: str, spoiling: Spoiling) -> None:
    """Append to each partition what becomes of its last records."""
    asyncio.run(asyncio.wait_for(_spoil(kafka_url.removeprefix("kafka://"), spoiling), _GIVEN_UP_AFTER_S))


async def _spoil(server: str, spoiling: Spoiling) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=server, enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=server, acks="all")
    await consumer.start()
    await producer.start()
    try:
        for place in [TopicPartition(TOPIC, number) for number in consumer.partitions_for_topic(TOPIC) or ()]:
            for value in await _last(consumer, place):
                await producer.send_and_wait(TOPIC, spoiling(value), partition=place.partition)
    finally:
        await producer.stop()
        await consumer.stop()


async def _last(consumer: AIOKafkaConsumer, place: TopicPartition) -> list[bytes]:
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    consumer.seek(place, max(0, end - HOW_MANY))
    return [(await consumer.getone(place)).value for _ in range(min(end, HOW_MANY))]
