"""The compose and k8s files tell services only what they ask for, and all that they must be told."""

import ast
import re

import pytest
import yaml

from tests.repo.tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text(encoding="utf-8"))["services"]
SHARED = {"KAFKA_URL", "REDIS_URL", "POSTGRES_URL", "CLICKHOUSE_URL"}
OURS = [name for name, service in COMPOSE.items() if "build" in service]


def settings_of(name: str) -> dict[str, bool]:
    """Variable name to whether it must be given."""
    folder = "tools/tideline" if name == "migrate" else f"services/{name}"
    (file,) = (ROOT / folder).glob("src/*/settings.py")
    classes = [n for n in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(n, ast.ClassDef)]
    return {n.target.id.upper(): n.value is None for n in classes[-1].body if isinstance(n, ast.AnnAssign)}


def test_every_service_of_the_tree_is_in_the_stack():
    assert {path.name for path in (ROOT / "services").iterdir()} <= set(COMPOSE)


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_what_it_must_know_and_nothing_it_does_not_read(name):
    given, wanted = set(COMPOSE[name].get("environment", {})), settings_of(name)
    assert {variable for variable, must in wanted.items() if must} <= given
    assert given - SHARED <= set(wanted)


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_built_from_a_file_that_is_there_and_runs_as_nobody_special(name):
    dockerfile = (ROOT / COMPOSE[name]["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert re.search(r"^USER (?!root)\w+", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile


def test_redis_keeps_salts_off_the_disk():
    assert COMPOSE["redis"]["command"][1:] == ["--save", "", "--appendonly", "no"]
    assert "volumes" not in COMPOSE["redis"]


def manifests(name: str) -> list[dict[str, object]]:
    return list(yaml.safe_load_all((ROOT / "deploy/k8s" / name).read_text(encoding="utf-8")))


KUSTOMIZED = yaml.safe_load((ROOT / "deploy/k8s/kustomization.yaml").read_text(encoding="utf-8"))["resources"]


def test_every_service_is_in_the_cluster_too():
    assert {f"{path.name}.yaml" for path in (ROOT / "services").iterdir()} <= set(KUSTOMIZED)


@pytest.mark.parametrize("file", KUSTOMIZED)
def test_a_container_is_told_nothing_that_it_does_not_read(file):
    (container,) = manifests(file)[0]["spec"]["template"]["spec"]["containers"]
    wanted = settings_of(container["name"])
    given = {entry["name"] for entry in container["env"]}
    assert given <= set(wanted)
    assert {variable for variable, must in wanted.items() if must} <= given | SHARED
