"""Topics on a real broker: told of as soon as they are made, and no longer once they are deleted."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from runtime.kafka_topics import TopicRefusedError, delete_topics, make_topics, partition_counts


@pytest.fixture
async def admin(kafka_url: str) -> AsyncIterator[AIOKafkaAdminClient]:
    made = AIOKafkaAdminClient(bootstrap_servers=kafka_url.removeprefix("kafka://"))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def name() -> str:
    return f"topics-test-{uuid4().hex[:8]}"


async def test_made_deleted_and_made_anew_the_broker_tells_of_the_newest_at_once(admin, name):
    for partitions in (2, 3, 4):
        await make_topics(admin, [NewTopic(name, partitions, 1)])
        assert await partition_counts(admin, [name]) == {name: partitions}
        await delete_topics(admin, [name])
        assert await partition_counts(admin, [name]) == {name: 0}


async def test_a_topic_that_is_there_is_left_as_it_is(admin, name):
    await make_topics(admin, [NewTopic(name, 1, 1)])
    await make_topics(admin, [NewTopic(name, 5, 1)])
    assert await partition_counts(admin, [name]) == {name: 1}


async def test_none_is_deleted_where_none_is_named(admin, name):
    await make_topics(admin, [NewTopic(name, 1, 1)])
    await delete_topics(admin, [])
    assert await partition_counts(admin, [name]) == {name: 1}


async def test_what_kafka_refuses_is_named_with_the_reason(admin, name):
    with pytest.raises(TopicRefusedError, match=f"`{name}`: InvalidReplicationFactorError"):
        await make_topics(admin, [NewTopic(name, 1, 9)])
    with pytest.raises(TopicRefusedError, match=f"`{name}`: UnknownTopicOrPartitionError"):
        await delete_topics(admin, [name])
