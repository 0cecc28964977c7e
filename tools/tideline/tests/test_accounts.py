"""Sites and keys on a real Postgres."""

import hashlib
import uuid

import psycopg
import pytest
from tideline.accounts import AccountError, add_key, add_site, clean_domain, list_sites, site_id_of


def a_domain() -> str:
    return f"{uuid.uuid4().hex[:12]}.example"


@pytest.mark.parametrize("given", ["Example.com", "www.example.com", "https://example.com/", " example.com "])
def test_a_domain_is_kept_bare(given):
    assert clean_domain(given) == "example.com"


@pytest.mark.parametrize("given", ["", "a b", "a,b", "https://"])
def test_what_is_no_domain_is_refused(given):
    with pytest.raises(AccountError, match="domain"):
        clean_domain(given)


def test_a_site_is_found_and_listed_under_its_bare_domain(migrated_postgres_url):
    domain = a_domain()
    site_id = add_site(migrated_postgres_url, f"www.{domain.upper()}", "Asia/Kolkata")
    assert site_id_of(migrated_postgres_url, domain) == site_id
    line = next(line for line in list_sites(migrated_postgres_url) if line.site_id == site_id)
    assert (line.domain, line.timezone) == (domain, "Asia/Kolkata")


def test_a_site_twice_and_an_unknown_time_zone_are_refused(migrated_postgres_url):
    domain = a_domain()
    add_site(migrated_postgres_url, domain, "Etc/UTC")
    with pytest.raises(AccountError, match="registered already"):
        add_site(migrated_postgres_url, domain, "Etc/UTC")
    with pytest.raises(AccountError, match="timezone"):
        add_site(migrated_postgres_url, a_domain(), "Mars/Olympus")


def test_of_a_key_only_the_hash_is_kept(migrated_postgres_url):
    key = add_key(migrated_postgres_url, "stats", None)
    with psycopg.connect(migrated_postgres_url) as connection:
        rows = connection.execute("SELECT api_keys::text, sha256 FROM api_keys").fetchall()
    assert key.startswith("tl_")
    assert not [row for row, _ in rows if key in row]
    assert hashlib.sha256(key.encode()).hexdigest() in {digest for _, digest in rows}


def test_a_key_for_an_unknown_site_is_refused_with_what_to_do(migrated_postgres_url):
    with pytest.raises(AccountError, match="tideline site add"):
        add_key(migrated_postgres_url, "stats", a_domain())
