"""Topic ids: the answer's bytes in, an id or a named error out; and the same asked of a real broker."""

import struct

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from runtime.kafka_topic_ids import TopicIdError, read_topic_id, topic_id
from runtime.kafka_topics import delete_topics, make_topics

AN_ID = bytes(range(16))


def answer(code: int = 0, found: bytes = AN_ID, topics: int = 1) -> bytes:
    head = struct.pack(">i", 1) + b"\x00" + struct.pack(">i", 0)
    tag = b"\x01\x05\x02ab"
    broker = struct.pack(">i", 1) + b"\x05host" + struct.pack(">i", 9092) + b"\x00" + tag
    topic = struct.pack(">h", code) + b"\x08beacons" + found + b"\x00\x01"
    return head + b"\x02" + broker + b"\x08cluster" + struct.pack(">i", 1) + bytes([topics + 1]) + topic * topics


def test_the_id_is_read_past_brokers_and_tagged_fields():
    assert read_topic_id(answer(), "beacons") == AN_ID


def test_an_unknown_topic_is_named_with_its_error_code():
    with pytest.raises(TopicIdError, match="beacons: error code 3"):
        read_topic_id(answer(code=3, found=bytes(16)), "beacons")


def test_an_answer_without_topics_is_an_error():
    with pytest.raises(TopicIdError, match="no topic beacons"):
        read_topic_id(answer(topics=0), "beacons")


@pytest.mark.parametrize("size", [0, 3, 5, 20, 40])
def test_an_answer_that_is_cut_off_is_an_error(size):
    with pytest.raises(TopicIdError):
        read_topic_id(answer()[:size], "beacons")


async def test_a_server_that_is_away_is_named():
    with pytest.raises(TopicIdError, match=r"127\.0\.0\.1:9: ConnectionRefusedError"):
        await topic_id("127.0.0.1:9", "beacons")


async def test_a_topic_made_anew_has_another_id(kafka_url):
    bootstrap = kafka_url.removeprefix("kafka://")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        ids = [await _made(admin, bootstrap), await _made(admin, bootstrap)]
    finally:
        await admin.close()
    assert len(set(ids)) == 2
    assert all(len(found) == 16 for found in ids)


async def _made(admin: AIOKafkaAdminClient, bootstrap: str) -> bytes:
    name = "topic-ids-test"
    await make_topics(admin, [NewTopic(name, 1, 1)])
    found = await topic_id(f"kafka://127.0.0.1:9,{bootstrap}", name)
    assert await topic_id(bootstrap, name) == found
    await delete_topics(admin, [name])
    return found
