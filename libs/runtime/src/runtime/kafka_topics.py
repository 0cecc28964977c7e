"""Kafka's topics, made and unmade for certain: brokers tell of a change only a moment after the controller made it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

_KNOWN_WITHIN_S = 30.0
_LOOK_AGAIN_S = 0.05


class TopicRefusedError(Exception):
    """Kafka refuses to make or unmake a topic, or never tells of it; the message says which and why."""


async def make_topics(admin: AIOKafkaAdminClient, topics: Iterable[NewTopic]) -> None:
    """Make topics that are not there yet; back once the broker tells of them. Raises TopicRefusedError.

    One that somebody else makes meanwhile is left as it is.
    """
    wanted = list(topics)
    _refuse((await admin.create_topics(wanted)).topic_errors, allowed=TopicAlreadyExistsError.errno)
    await _until_told(admin, {topic.name: True for topic in wanted})


async def delete_topics(admin: AIOKafkaAdminClient, names: Collection[str]) -> None:
    """Delete topics that are there; back once the broker tells of none of them. Raises TopicRefusedError."""
    if names:
        _refuse((await admin.delete_topics(list(names))).topic_error_codes)
        await _until_told(admin, dict.fromkeys(names, False))


async def partition_counts(admin: AIOKafkaAdminClient, names: Collection[str]) -> Mapping[str, int]:
    """How many partitions each of these topics has, 0 where it is not there."""
    described = await admin.describe_topics(list(names))
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


def _refuse(answers: Iterable[tuple[Any, ...]], allowed: int = 0) -> None:
    for name, code, *why in answers:
        if code not in {0, allowed}:
            raise TopicRefusedError(f"topic `{name}`: {for_code(code).__name__} {' '.join(filter(None, why))}".rstrip())


async def _until_told(admin: AIOKafkaAdminClient, there: Mapping[str, bool]) -> None:
    try:
        async with asyncio.timeout(_KNOWN_WITHIN_S):
            while {  # noqa: ASYNC110  a broker must be asked
                name: count > 0 for name, count in (await partition_counts(admin, there.keys())).items()
            } != there:
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise TopicRefusedError(f"after {_KNOWN_WITHIN_S:g} s Kafka does not tell of {', '.join(there)}") from None
