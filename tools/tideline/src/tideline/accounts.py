"""Sites and API keys in Postgres: what the operator adds and lists."""

import hashlib
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import psycopg

from tideline.sql_files import sql

KEY_PREFIX = "tl_"


class AccountError(Exception):
    """What was asked for cannot be; the message says what to do."""


class SiteLine(msgspec.Struct, frozen=True):
    """A site as it is listed."""

    site_id: int
    domain: str
    timezone: str
    created_at: datetime


def clean_domain(domain: str) -> str:
    """A domain as the registry keeps it: lower case, no scheme, no `www.`. Raises AccountError."""
    bare = domain.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/").removeprefix("www.")
    if not bare or any(c.isspace() or c in ",?#" for c in bare):
        raise AccountError(f"domain: {domain!r} is no domain; give it as in example.com")
    return bare


def add_site(postgres_url: str, domain: str, timezone: str) -> int:
    """Register a site; its id. Raises AccountError for a domain that is taken or a time zone that is none."""
    if timezone not in available_timezones():
        raise AccountError(f"timezone: {timezone!r} is unknown; give it as in Europe/Berlin")
    ZoneInfo(timezone)
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute(sql("site_add"), (clean_domain(domain), timezone)).fetchone()
    if row is None:
        raise AccountError(f"domain: {clean_domain(domain)} is registered already")
    return int(row[0])


def site_id_of(postgres_url: str, domain: str) -> int:
    """The id of a registered site. Raises AccountError where there is none."""
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute(sql("site_find"), (clean_domain(domain),)).fetchone()
    if row is None:
        raise AccountError(f"site: {domain} is not registered; add it with `tideline site add {domain}`")
    return int(row[0])


def list_sites(postgres_url: str) -> list[SiteLine]:
    """All sites by domain."""
    with psycopg.connect(postgres_url) as connection:
        return [SiteLine(*row) for row in connection.execute(sql("site_list")).fetchall()]


def add_key(postgres_url: str, scope: str, domain: str | None) -> str:
    """Make a key for one site, or for all; its text, which is kept nowhere. Raises AccountError."""
    site_id = None if domain is None else site_id_of(postgres_url, domain)
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    with psycopg.connect(postgres_url) as connection:
        connection.execute(sql("key_add"), (site_id, scope, hashlib.sha256(key.encode()).hexdigest()))
    return key
