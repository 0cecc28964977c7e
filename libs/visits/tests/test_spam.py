"""Referrer spam by host."""

from visits.spam import is_spam


def test_a_known_spammer_and_its_subdomains_are_spam():
    assert is_spam("semalt.com")
    assert is_spam("x.y.semalt.com")


def test_other_hosts_are_not_spam():
    assert not is_spam("google.com")
    assert not is_spam("notsemalt.com")
    assert not is_spam("com")
    assert not is_spam("")
