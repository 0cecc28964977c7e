"""Sites by domain and keys by their text."""

import hashlib

import pytest
from collector.site_register import SiteRegister
from collector.steps.domains import canonical_domain, host_of, read_domains
from contract.registry import Registry, Site, WriteKey
from hypothesis import given
from hypothesis import strategies as st


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


REGISTER = SiteRegister(
    Registry((Site(1, "Shop.Example"), Site(2, "blog.example")), (WriteKey(digest("all")), WriteKey(digest("blog"), 2)))
)


def test_a_site_is_found_by_its_canonical_domain():
    for text in ("shop.example", "www.shop.example", " SHOP.example"):
        site = REGISTER.site(canonical_domain(text))
        assert site is not None
        assert site.site_id == 1
    assert REGISTER.site("other.example") is None
    assert len(REGISTER) == 2


@pytest.mark.parametrize(
    ("key", "known", "shop", "blog"),
    [("all", True, True, True), ("blog", True, False, True), ("other", False, False, False), ("", False, False, False)],
)
def test_a_key_writes_where_it_may(key: str, known: bool, shop: bool, blog: bool):
    assert REGISTER.knows_key(key) is known
    assert REGISTER.may_write(key, 1) is shop
    assert REGISTER.may_write(key, 2) is blog


def test_the_digest_of_a_key_is_no_key():
    assert not REGISTER.knows_key(digest("all"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Shop.example:8080/x", "shop.example"),
        ("https://user:secret@shop.example/", "shop.example"),
        ("//shop.example/x", "shop.example"),
        ("/path", ""),
        ("shop.example/path", ""),
        ("https://[::1/", ""),
        ("https://[::1]/", "::1"),
    ],
)
def test_the_host_of_a_url_is_a_domain_or_nothing(url: str, host: str):
    assert host_of(url) == host


@given(st.text(max_size=60))
def test_no_url_is_too_odd_to_have_its_host_read(url: str):
    host_of(url)
    assert canonical_domain(canonical_domain(url)).strip() == canonical_domain(canonical_domain(url))


def test_a_list_keeps_its_order():
    assert read_domains("b.example, a.example", "") == ["b.example", "a.example"]
