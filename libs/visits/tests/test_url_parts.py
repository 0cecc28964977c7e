"""URLs in, hostname, page, tags and click id out."""

from urllib.parse import quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from visits.url_parts import CLICK_IDS, NO_HOSTNAME, hostname_of, split_url

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=100)
@given(st.text(max_size=300), st.booleans())
@example("http://[::1", False)
@example("http://\ud800.example/\udfff", True)
@example("https://%zz/%", True)
@example("://", False)
def test_no_text_raises_and_every_part_can_be_encoded(url, hash_mode):
    parts = split_url(url, hash_mode)
    assert parts.hostname
    assert parts.page
    f"{parts.hostname}{parts.page}{parts.utm_source}{parts.click_id}".encode()


@settings(max_examples=100)
@given(WORDS.map(str.strip).filter(bool))
def test_a_tag_survives_its_way_through_a_query(word):
    assert split_url(f"https://a.example/?x=1&utm_campaign={quote_plus(word)}", False).utm_campaign == word


@pytest.mark.parametrize(
    ("url", "hostname", "page"),
    [
        ("https://www.Example.com/a", "example.com", "/a"),
        ("https://example.com", "example.com", "/"),
        ("https://example.com?x=1", "example.com", "/"),
        ("https://example.com:8443/a/", "example.com", "/a/"),
        ("https://user:pass@example.com/a", "example.com", "/a"),
        ("https://[2001:db8::1]:80/a", "[2001:db8::1]", "/a"),
        ("//example.com/a", "example.com", "/a"),
        ("/only/a/path", NO_HOSTNAME, "/only/a/path"),
        ("https:///path", NO_HOSTNAME, "/path"),
        ("", NO_HOSTNAME, "/"),
        ("https://example.com/caf%C3%A9%20", "example.com", "/café"),
        ("https://example.com/%FF", "example.com", "/\N{REPLACEMENT CHARACTER}"),
        ("https://example.com/a?next=https://b.example/", "example.com", "/a"),
        ("https://münchen.example/", "xn--mnchen-3ya.example", "/"),
        ("https://example.com./a", "example.com", "/a"),
    ],
)
def test_a_url_gives_its_hostname_and_page(url, hostname, page):
    parts = split_url(url, False)
    assert (parts.hostname, parts.page) == (hostname, page)


def test_the_fragment_belongs_to_the_page_in_hash_mode_only():
    assert split_url("https://a.example/app?x=1#/inbox", True).page == "/app#/inbox"
    assert split_url("https://a.example/app?x=1#/inbox", False).page == "/app"
    assert split_url("https://a.example/app#", True).page == "/app"


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("utm_source=a&source=b&ref=c", "a"),
        ("ref=c&source=b", "b"),
        ("ref=c", "c"),
        ("utm_source=&ref=c", "c"),
        ("utm_source=a+b%26c", "a b&c"),
        ("UTM_SOURCE=a", ""),
        ("", ""),
    ],
)
def test_the_source_tag_falls_back_to_source_and_then_to_ref(query, source):
    assert split_url(f"https://a.example/?{query}", False).utm_source == source


def test_all_five_tags_are_read():
    url = "https://a.example/?utm_source=1&utm_medium=2&utm_campaign=3&utm_content=4&utm_term=5"
    parts = split_url(url, False)
    tags = (parts.utm_source, parts.utm_medium, parts.utm_campaign, parts.utm_content, parts.utm_term)
    assert tags == ("1", "2", "3", "4", "5")


@pytest.mark.parametrize("name", sorted(CLICK_IDS))
def test_a_click_id_leaves_its_name_and_never_its_value(name):
    parts = split_url(f"https://a.example/?{name}=Secret123", False)
    assert parts.click_id == name
    assert "Secret123" not in repr(parts)


def test_an_empty_click_id_is_none():
    assert split_url("https://a.example/?gclid=&fbclid=x", False).click_id == "fbclid"


def test_a_hostname_loses_user_and_port():
    assert hostname_of("me@WWW.a.example:81") == "a.example"
    assert hostname_of("") == NO_HOSTNAME
