"""The object graph, and what is refused before anything starts."""

import pytest
from enricher.adapters.faust_carrier import FaustCarrier, FaustStoppedError
from enricher.adapters.geo_database import GeoDatabaseError
from enricher.intake import Intake
from enricher.settings import Settings
from enricher.wiring import wire
from runtime.settings import SettingsError, load

URLS = {"KAFKA_URL": "kafka://127.0.0.1:9", "REDIS_URL": "redis://127.0.0.1:9/0"}


def test_settings_have_defaults_for_all_but_the_urls():
    found = load(Settings, URLS)
    assert (found.port, found.group, found.geo_database) == (7203, "enricher", "")
    assert found.commit_interval_s <= 1.0


@pytest.mark.parametrize("missing", sorted(URLS))
def test_a_missing_url_is_named(missing):
    with pytest.raises(SettingsError, match=missing):
        load(Settings, {name: url for name, url in URLS.items() if name != missing})


async def test_components_start_from_secrets_to_http():
    names = [type(component).__name__ for component in wire(load(Settings, URLS))]
    assert names == ["TideHolder", "KafkaLog", "Intake", "FaustCarrier", "Ticker", "HttpServer"]


async def test_a_geo_database_that_is_not_there_refuses_the_start(tmp_path):
    with pytest.raises(GeoDatabaseError, match=r"gone\.mmdb"):
        wire(load(Settings, {**URLS, "GEO_DATABASE": str(tmp_path / "gone.mmdb")}))


async def test_faust_that_was_not_started_is_neither_ready_nor_hard_to_stop(partitions):
    carrier = FaustCarrier(load(Settings, URLS), Intake(partitions, lambda: False))
    with pytest.raises(FaustStoppedError):
        await carrier.ready()
    await carrier.stop()


async def test_faust_keeps_no_table_elects_no_leader_and_serves_no_web(partitions, tmp_path):
    settings = load(Settings, {**URLS, "STATE_DIR": str(tmp_path)})
    app = FaustCarrier(settings, Intake(partitions, lambda: False))._make_app()
    assert (app.conf.web_enabled, app.conf.topic_disable_leader, app.conf.topic_allow_declare) == (False, True, False)
    assert (app.conf.id, app.conf.stream_wait_empty, app.conf.datadir) == ("enricher", False, tmp_path)
    assert app.conf.agent_supervisor.__name__ == "CrashingSupervisor"
    assert not app.tables.data


async def test_faust_that_crashed_is_told_by_the_error_that_ended_it(partitions, tmp_path):
    settings = load(Settings, {**URLS, "STATE_DIR": str(tmp_path)})
    carrier = FaustCarrier(settings, Intake(partitions, lambda: False))
    carrier._app = carrier._make_app()
    await carrier._app.crash(ZeroDivisionError())
    with pytest.raises(FaustStoppedError, match="ZeroDivisionError"):
        await carrier.failed()
