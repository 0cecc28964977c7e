"""The command line as an operator meets it: help that teaches, words that can be used, errors that say what to do."""

import uuid

import pytest
from click.testing import CliRunner
from tideline.commands import cli

NOWHERE = {
    "KAFKA_URL": "kafka://127.0.0.1:9",
    "REDIS_URL": "redis://127.0.0.1:9",
    "POSTGRES_URL": "postgresql://127.0.0.1:9/x",
    "CLICKHOUSE_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def environ(kafka_url, redis_url, migrated_postgres_url, migrated_clickhouse_url) -> dict[str, str]:
    return {
        "KAFKA_URL": kafka_url,
        "REDIS_URL": redis_url,
        "POSTGRES_URL": migrated_postgres_url,
        "CLICKHOUSE_URL": migrated_clickhouse_url,
    }


def run(environ: dict[str, str], *words: str):
    return CliRunner(env=environ).invoke(cli, words)


def test_help_needs_no_engine_and_shows_a_first_site():
    helped = run({}, "--help")
    assert helped.exit_code == 0
    assert "tideline site add example.com" in helped.output


def test_a_missing_variable_is_named():
    refused = run({}, "site", "list")
    assert refused.exit_code == 1
    assert "_URL" in refused.output


def test_an_engine_that_is_away_is_named_with_its_variable():
    refused = run(NOWHERE, "site", "list")
    assert refused.exit_code == 1
    assert "POSTGRES_URL" in refused.output
    assert "Traceback" not in refused.output


def test_migrate_is_safe_to_run_again(environ):
    first, second = run(environ, "migrate"), run(environ, "migrate")
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "Kafka: up to date" in second.output


def test_a_site_is_added_listed_and_given_a_key_whose_text_is_the_last_word(environ):
    domain = f"{uuid.uuid4().hex[:12]}.example"
    added = run(environ, "site", "add", domain, "--timezone", "Europe/Berlin")
    assert added.exit_code == 0, added.output
    assert domain in run(environ, "site", "list").output
    made = run(environ, "key", "add", "--scope", "stats", "--site", domain)
    assert made.output.split()[-1].startswith("tl_")


def test_a_second_site_of_the_same_domain_is_refused_in_one_line(environ):
    domain = f"{uuid.uuid4().hex[:12]}.example"
    run(environ, "site", "add", domain)
    refused = run(environ, "site", "add", domain)
    assert refused.exit_code == 1
    assert len(refused.output.strip().splitlines()) == 1
