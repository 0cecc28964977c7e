"""Referrer spam by host."""

import tomllib
from importlib import resources

from visits.spam import is_spam


def test_a_known_spammer_and_its_subdomains_are_spam():
    assert is_spam("semalt.com")
    assert is_spam("x.y.semalt.com")


def test_other_hosts_are_not_spam():
    assert not is_spam("google.com")
    assert not is_spam("notsemalt.com")
    assert not is_spam("com")
    assert not is_spam("")


def test_the_list_is_in_order_and_names_each_domain_once():
    text = resources.files("visits").joinpath("data", "spam_referrers.txt").read_text("utf-8")
    hosts = [line for line in text.splitlines() if not line.startswith("#")]
    assert hosts == sorted(set(hosts))
    assert len(hosts) > 300
    assert all(host == host.lower().strip() and "." in host and "/" not in host for host in hosts)


def test_no_source_that_we_name_is_spam():
    text = resources.files("visits").joinpath("data", "sources.toml").read_text("utf-8")
    kinds = tomllib.loads(text)["kinds"]
    assert [h for names in kinds.values() for hosts in names.values() for h in hosts if is_spam(h)] == []
