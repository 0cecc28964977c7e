"""Whom to believe about who speaks."""

import pytest
from collector.steps.client_address import TrustedProxies, TrustError, client_address
from hypothesis import given
from hypothesis import strategies as st

PROXIES = TrustedProxies("10.0.0.0/8, 127.0.0.1, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.1", [b"1.1.1.1"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [b"1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", [b"6.6.6.6, 1.1.1.1, 10.0.0.2"], "1.1.1.1"),
        ("10.0.0.1", [b"6.6.6.6", b"1.1.1.1", b"10.0.0.2"], "1.1.1.1"),
        ("10.0.0.1", [b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [b"1.1.1.1:4711"], "1.1.1.1"),
        ("10.0.0.1", [b"[2001:db8::1]:443"], "2001:db8::1"),
        ("10.0.0.1", [b"2001:DB8:0::1"], "2001:db8::1"),
        ("::ffff:10.0.0.1", [b"::ffff:1.1.1.1"], "1.1.1.1"),
        ("fd00::1", [b"1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", [b"1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", [b""], "10.0.0.1"),
        ("10.0.0.1", [b"1.1.1.1, "], "10.0.0.1"),
        ("10.0.0.1", [b"\xff\xfe"], "10.0.0.1"),
        ("10.0.0.1", [b"1.1.1"], "10.0.0.1"),
        ("", [b"1.1.1.1"], ""),
    ],
)
def test_the_right_most_address_that_is_no_trusted_proxys_counts(peer: str, forwarded: list[bytes], client: str):
    assert client_address(peer, forwarded, PROXIES) == client


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_a_stranger_cannot_talk_himself_into_another_address(forwarded: list[bytes]):
    assert client_address("198.51.100.1", forwarded, PROXIES) == "198.51.100.1"


@given(st.binary(max_size=60))
def test_whatever_a_visitor_claims_the_proxys_own_entry_decides(claim: bytes):
    assert client_address("10.0.0.1", [claim, b"198.51.100.1"], PROXIES) == "198.51.100.1"


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_garbage_never_raises(forwarded: list[bytes]):
    client_address("10.0.0.1", forwarded, PROXIES)


def test_nobody_is_trusted_where_nobody_is_named():
    assert client_address("127.0.0.1", [b"1.1.1.1"], TrustedProxies("")) == "127.0.0.1"


@pytest.mark.parametrize("text", ["*", "10.0.0.0/8,*", "10.0.0.0/99", "localhost"])
def test_a_list_that_cannot_be_meant_is_refused(text: str):
    with pytest.raises(TrustError, match="TRUSTED_PROXIES"):
        TrustedProxies(text)
