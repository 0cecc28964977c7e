"""All services look alike inside, and the tree is where the design says."""

import re

import pytest

from tests.repo.tree import ROOT, files, is_test, text

SERVICES = sorted({path.parts[1] for path in files() if path.parts[0] == "services"})
FIXED = ["collector", "enricher", "query-api", "salt-cron", "sink"]
EVERY_SERVICE_HAS = ("README.md", "pyproject.toml", "Dockerfile", "tests")
EVERY_PACKAGE_HAS = ("__init__.py", "__main__.py", "settings.py", "wiring.py", "intake.py")
MAIN_LINES = 20
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def inside(service: str) -> set[str]:
    return {str(path.relative_to(f"services/{service}")) for path in files() if path.parts[:2] == ("services", service)}


def test_the_fixed_services_are_there():
    assert set(FIXED) <= set(SERVICES)


@pytest.mark.parametrize("top", ["tracker", "deploy/compose", "deploy/k8s", "tests/integration", "README.md"])
def test_the_fixed_top_level_is_there(top):
    assert (ROOT / top).exists()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_all_have(service):
    package = service.replace("-", "_")
    found = inside(service)
    missing = [name for name in EVERY_SERVICE_HAS if not any(f"{path}/".startswith(f"{name}/") for path in found)]
    missing += [name for name in EVERY_PACKAGE_HAS if f"src/{package}/{name}" not in found]
    assert not missing


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_page_of_duty(service):
    page = text_of(f"docs/specs/{service}.md").lower()
    for duty in (r"(\*\*|## )in\b", r"(\*\*|## )out\b", r"\bmust\b", r"\brefuses\b"):
        assert re.search(duty, page), f"docs/specs/{service}.md does not say {duty!r}"


@pytest.mark.parametrize("service", SERVICES)
def test_main_is_a_dozen_lines(service):
    package = service.replace("-", "_")
    assert len(text_of(f"services/{service}/src/{package}/__main__.py").splitlines()) <= MAIN_LINES


def test_only_settings_read_the_environment():
    allowed = {"settings.py", "__main__.py"}
    readers = [
        str(path)
        for path in files()
        if path.parts[0] in ("services", "libs") and path.suffix == ".py" and not is_test(path)
        if path.name not in allowed and re.search(r"os\.environ|os\.getenv", text(path))
    ]
    assert not readers


def test_no_file_has_a_name_that_says_nothing():
    assert not [str(path) for path in files() if path.stem in VAGUE]


def test_package_doors_hold_a_docstring_and_nothing_else():
    crowded = [
        str(path)
        for path in files()
        if path.name == "__init__.py" and not is_test(path) and not re.fullmatch(r'""".*?"""\s*', text(path), re.DOTALL)
    ]
    assert not crowded


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
