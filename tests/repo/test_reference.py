"""What is declared is what the reference says."""

import subprocess
import sys

from tests.repo.tree import ROOT


def test_the_reference_pages_are_those_that_the_declarations_make():
    done = subprocess.run(
        [sys.executable, "docs/reference/make.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_environment_variable_of_a_service_is_in_the_reference():
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    for variable in ("KAFKA_URL", "REDIS_URL", "POSTGRES_URL", "CLICKHOUSE_URL"):
        assert f"`{variable}`" in page
