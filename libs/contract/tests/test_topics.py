"""Topics and the settings that their promises rest on."""

from contract.limits import MAX_AGE_MS
from contract.topics import BEACONS, DEAD_LETTERS, EVENTS, TOPICS


def test_a_lone_broker_flushes_what_was_promised():
    assert BEACONS.settings(brokers=1)["flush.messages"] == "1"
    assert "flush.messages" not in EVENTS.settings(brokers=1)


def test_several_brokers_must_agree_instead():
    settings = BEACONS.settings(brokers=3)
    assert settings["min.insync.replicas"] == "2"
    assert "flush.messages" not in settings


def test_sealed_records_live_as_long_as_their_key_may():
    assert BEACONS.retention_ms == DEAD_LETTERS.retention_ms >= MAX_AGE_MS


def test_names_are_distinct():
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
