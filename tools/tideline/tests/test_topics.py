"""Kafka's topics on a real broker."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from contract.topics import BEACONS, EVENTS, TOPICS
from runtime.kafka_topics import delete_topics, make_topics
from tideline.topics import TopicError, bootstrap_of, create_topics


@pytest.fixture
async def without_topics(kafka_url):
    """A broker that other tests may have filled, with none of the contract's topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_of(kafka_url))
    await admin.start()
    try:
        found = {topic.name for topic in TOPICS} & set(await admin.list_topics())
        await delete_topics(admin, found)
    finally:
        await admin.close()
    return kafka_url


def test_the_url_names_the_brokers():
    assert bootstrap_of("kafka://a:1,b:2") == "a:1,b:2"


async def test_topics_are_made_once_with_the_settings_of_the_contract(without_topics):
    kafka_url = without_topics
    await create_topics(kafka_url, 4)
    assert await create_topics(kafka_url, 4) == []
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_of(kafka_url))
    await admin.start()
    try:
        assert {topic.name for topic in TOPICS} <= set(await admin.list_topics())
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, BEACONS.name)])
        found = {entry[0]: entry[1] for answer in answers for entry in answer.resources[0][4]}
    finally:
        await admin.close()
    for name, value in BEACONS.settings(brokers=1).items():
        assert found[name] == value


async def test_unequal_partition_counts_are_refused(without_topics):
    kafka_url = without_topics
    await create_topics(kafka_url, 4)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_of(kafka_url))
    await admin.start()
    try:
        await delete_topics(admin, [EVENTS.name])
        await make_topics(admin, [NewTopic(EVENTS.name, 3, 1)])
        with pytest.raises(TopicError, match="must be equal"):
            await create_topics(kafka_url, 4)
        await delete_topics(admin, [EVENTS.name])
    finally:
        await admin.close()
    await create_topics(kafka_url, 4)


async def test_a_topic_that_kafka_refuses_is_named(without_topics):
    with pytest.raises(TopicError, match="`beacons`: InvalidPartitionsError"):
        await create_topics(without_topics, 0)
