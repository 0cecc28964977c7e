"""The broker's jars: an exact list, fetched whole or not at all."""

import os
import re
import stat
from pathlib import Path

import pytest
from local_stack import kafka_jars


def fake_maven(folder: Path, script: str) -> None:
    maven = folder / "mvn"
    maven.write_text(f"#!/bin/sh\n{script}\n")
    maven.chmod(maven.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def test_every_jar_has_an_exact_version_and_brings_no_other() -> None:
    pom = kafka_jars.artifact("pom.xml").read_text()
    versions = re.findall(r"<dependency>.*?<version>(.*?)</version>", pom)
    assert len(versions) == pom.count("<dependency>") == pom.count("<artifactId>*</artifactId>")
    assert all(re.fullmatch(r"[0-9][0-9.\-]*", version) for version in versions)


def test_a_missing_maven_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(kafka_jars.FetchError, match="Maven is missing"):
        kafka_jars.fetch(tmp_path / "cache")


def test_a_fetch_that_fails_tells_mavens_words_and_leaves_nothing_half_done(tools: Path, tmp_path: Path) -> None:
    fake_maven(tools, "echo no route to the artifacts; exit 1")
    with pytest.raises(kafka_jars.FetchError, match="no route to the artifacts"):
        kafka_jars.fetch(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_jars_that_are_there_are_not_fetched_again(tools: Path, tmp_path: Path) -> None:
    fake_maven(tools, f"echo called >> {tmp_path}/calls")
    first = kafka_jars.fetch(tmp_path / "cache")
    assert kafka_jars.fetch(tmp_path / "cache") == first
    assert (tmp_path / "calls").read_text() == "called\n"


def test_the_classpath_has_one_order(tmp_path: Path) -> None:
    for name in ("b.jar", "a.jar", "notes.txt"):
        (tmp_path / name).touch()
    assert kafka_jars.classpath(tmp_path) == f"{tmp_path}/a.jar{os.pathsep}{tmp_path}/b.jar"
