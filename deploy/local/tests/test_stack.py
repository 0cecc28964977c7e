"""Which programs there are and what they are told."""

from pathlib import Path

import pytest
from local_stack.program import Program
from local_stack.settings import Settings
from local_stack.stack import DEMO_SITE, SERVICES, Stack, compose
from runtime.settings import load


def settings(state: Path, **environ: str) -> Settings:
    return load(Settings, {"TIDELINE_STATE_DIR": str(state), "TIDELINE_PORT_BASE": "17200"} | environ)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return compose(settings(tmp_path), tmp_path / "jars")


def service(stack: Stack, name: str) -> Program:
    return next(program for program in stack.services if program.name == name)


def test_every_service_knows_all_four_engines_and_its_own_address(stack: Stack) -> None:
    for program in stack.services:
        assert stack.urls.items() <= program.environment.items()
        assert program.environment["PORT"] == str(program.ports[0])
        assert program.environment["HOST"] == "127.0.0.1"


def test_the_engines_stand_on_loopback_at_the_base_that_was_asked_for(stack: Stack) -> None:
    assert set(stack.urls) == {"KAFKA_URL", "REDIS_URL", "POSTGRES_URL", "CLICKHOUSE_URL"}
    assert all("@127.0.0.1:172" in url or "//127.0.0.1:172" in url for url in stack.urls.values())


def test_every_program_has_a_name_and_ports_of_its_own(stack: Stack) -> None:
    programs = [*(engine.program for engine in stack.engines), *stack.services]
    taken = [port for program in programs for port in program.ports]
    assert len(set(taken)) == len(taken)
    assert len({program.name for program in programs}) == len(SERVICES) + 4


def test_the_collector_believes_whom_loopback_speaks_for(stack: Stack) -> None:
    assert service(stack, "collector").environment["TRUSTED_PROXIES"] == "127.0.0.0/8"


def test_the_enricher_takes_the_fetched_countries_only_where_they_are(tmp_path: Path) -> None:
    without = service(compose(settings(tmp_path), tmp_path), "enricher")
    assert "GEO_DATABASE" not in without.environment
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "dbip-country.mmdb").touch()
    fetched = service(compose(settings(tmp_path), tmp_path), "enricher")
    assert fetched.environment["GEO_DATABASE"] == str(tmp_path / "cache" / "dbip-country.mmdb")


def test_an_operators_own_places_come_before_the_fetched_ones(tmp_path: Path) -> None:
    told = compose(settings(tmp_path, GEO_DATABASE="/data/city.mmdb"), tmp_path)
    assert service(told, "enricher").environment["GEO_DATABASE"] == "/data/city.mmdb"


def test_the_traffic_goes_to_the_demo_site_by_the_front_door(stack: Stack) -> None:
    assert {"http://127.0.0.1:17201", DEMO_SITE} <= set(stack.traffic.command)


def test_composing_a_stack_writes_nothing(tmp_path: Path) -> None:
    compose(settings(tmp_path), tmp_path / "jars")
    assert list(tmp_path.iterdir()) == []
