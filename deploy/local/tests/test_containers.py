"""Containers are taken only where Docker already holds every image, and they are those of the compose stack."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_stack import containers

_COMPOSE = Path(__file__).resolve().parents[2] / "compose" / "compose.yaml"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    containers.available.cache_clear()
    yield
    containers.available.cache_clear()


def docker_that(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = folder / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")


def test_the_images_are_those_of_the_compose_stack() -> None:
    composed = set(re.findall(r"^\s+image: (\S+)$", _COMPOSE.read_text(), re.MULTILINE))
    assert {image.name for image in containers.IMAGES.values()} <= composed


def test_without_docker_there_are_no_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not containers.available()


def test_one_missing_image_is_enough_to_do_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker_that(tmp_path, "exit 1", monkeypatch)
    assert not containers.available()


def test_all_images_are_asked_for_and_none_is_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker_that(tmp_path, f'echo "$@" > {tmp_path}/asked', monkeypatch)
    assert containers.available()
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("image inspect ")
    assert all(image.name in asked for image in containers.IMAGES.values())


def test_a_broker_tells_its_clients_the_port_they_see() -> None:
    told = containers.IMAGES["kafka"].environment["KAFKA_ADVERTISED_LISTENERS"]
    assert told.format(port=4321) == "BROKER://127.0.0.1:4321"


@pytest.mark.skipif(not containers.available(), reason="Docker does not hold the pinned images")
@pytest.mark.parametrize("engine", containers.IMAGES)
def test_a_container_answers_at_its_url(engine: str) -> None:
    with containers.started(engine) as url:
        assert "127.0.0.1" in url
