"""Settings, and the order in which they make parts start."""

import pytest
from collector.settings import Settings
from collector.steps.client_address import TrustError
from collector.wiring import wire
from runtime import settings

GIVEN = {"KAFKA_URL": "kafka://127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:1/0"}


def test_two_urls_suffice():
    found = settings.load(Settings, GIVEN)
    assert (found.port, found.trusted_proxies, found.ack_timeout_s) == (7201, "", 5.0)


def test_a_missing_url_is_named():
    with pytest.raises(settings.SettingsError, match="KAFKA_URL"):
        settings.load(Settings, {"REDIS_URL": "redis://127.0.0.1:1/0"})


SPOOL = ["DiskSpool", "RememberedCounts", "SpoolingLog"]


@pytest.mark.parametrize("state_dir", ["", "somewhere"])
async def test_http_starts_last_and_so_stops_first_and_nothing_is_spooled_without_a_folder(state_dir: str):
    parts = [type(part).__name__ for part in wire(settings.load(Settings, GIVEN | {"STATE_DIR": state_dir}))]
    spool = SPOOL if state_dir else []
    assert parts == ["TideHolder", "RegistryPoll", "KafkaLog", *spool, "PendingReport", "Lanes", "Ticker", "HttpServer"]


async def test_kafka_gets_less_time_than_the_client_waits():
    made = wire(settings.load(Settings, GIVEN | {"STATE_DIR": "x", "ACK_TIMEOUT_S": "1", "SPOOL_AFTER_S": "9"}))
    assert next(part for part in made if type(part).__name__ == "SpoolingLog")._patience_s == 0.5


async def test_trusting_everyone_stops_the_start():
    with pytest.raises(TrustError):
        wire(settings.load(Settings, GIVEN | {"TRUSTED_PROXIES": "*"}))
