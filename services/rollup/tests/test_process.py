"""The process as it is run: it builds a day by itself, says how it is, and stops at once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from local_stack.ports import free_port

MANY = 5_000
"""More events than the sites of most other tests have, whose days are built first where they are later."""


def _wait(what: Callable[[], object], seconds: float = 150.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.timeout(400)
def test_days_are_built_without_being_asked_for(
    site: Any, migrated_clickhouse_url: str, migrated_postgres_url: str
) -> None:
    site.visit([10 + number / 1_000 for number in range(MANY)])
    with psycopg.connect(migrated_postgres_url, autocommit=True) as connection:
        text = "INSERT INTO sites (site_id, domain, timezone) OVERRIDING SYSTEM VALUE VALUES (%s, %s, 'Asia/Kolkata')"
        connection.execute(text, [site.site_id, f"s{site.site_id}.example"])
    port = free_port()
    told = {"CLICKHOUSE_URL": migrated_clickhouse_url, "POSTGRES_URL": migrated_postgres_url, "LEAST_EVENTS": str(MANY)}
    told |= {"PORT": str(port), "TICK_S": "0.2"}
    process = subprocess.Popen([sys.executable, "-m", "rollup"], env={**os.environ, **told}, stderr=subprocess.PIPE)
    try:
        _wait(site.built)
        _wait(lambda: site.rolled_up("Asia/Kolkata"))
        _wait(lambda: _answers(f"http://127.0.0.1:{port}/health/ready"))
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert "tideline_rollup_days_rebuilt_total" in metrics
        assert "tideline_rollup_stale_days" in metrics
    finally:
        process.terminate()
        _, lines = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"day_rebuilt" in lines
    assert b"day_rolled_up" in lines


def test_a_missing_setting_is_named(migrated_clickhouse_url: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name != "CLICKHOUSE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "rollup"], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "clickhouse_url" in done.stderr.lower()
