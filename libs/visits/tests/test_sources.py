"""Referrers, tags and click ids in, one canonical source out."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from visits.sources import Source, clean_referrer, source_named, source_of


def named(referrer="", utm_source="", click_id=""):
    return source_of(referrer, "own.example", utm_source, click_id)


@pytest.mark.parametrize(
    ("referrer", "name", "kind"),
    [
        ("https://www.google.com/", "Google", "search"),
        ("https://www.google.de/", "Google", "search"),
        ("https://google.co.uk/url?q=x", "Google", "search"),
        ("https://google.com.br/", "Google", "search"),
        ("https://google.evil.example/", "google.evil.example", ""),
        ("https://mail.google.com/mail", "Gmail", "email"),
        ("https://docs.google.com/document", "Google Docs", "other"),
        ("https://gemini.google.com/", "Gemini", "ai"),
        ("https://chatgpt.com/", "ChatGPT", "ai"),
        ("https://www.bing.com/search", "Bing", "search"),
        ("https://duckduckgo.com/", "DuckDuckGo", "search"),
        ("https://news.ycombinator.com/item?id=1", "Hacker News", "social"),
        ("https://old.reddit.com/r/x", "Reddit", "social"),
        ("https://t.co/abc", "X", "social"),
        ("https://l.facebook.com/l.php", "Facebook", "social"),
        ("https://youtu.be/x", "YouTube", "video"),
        ("https://www.amazon.co.jp/x", "Amazon", "shopping"),
        ("https://www.nytimes.com/x", "The New York Times", "news"),
        ("android-app://com.google.android.gm/", "Gmail", "email"),
        ("android-app://com.reddit.frontpage", "Reddit", "social"),
        ("https://someones.blog.example/post", "someones.blog.example", ""),
        ("", "", ""),
        ("about:client", "", ""),
        ("not a url", "", ""),
        ("https:///", "", ""),
    ],
)
def test_a_referrer_names_its_source(referrer, name, kind):
    found = named(referrer)
    assert (found.name, found.kind) == (name, kind)


def test_a_host_that_only_ends_alike_is_another():
    assert named("https://notgoogle.com/").name == "notgoogle.com"


def test_a_referrer_keeps_host_and_path_and_nothing_else():
    assert clean_referrer("HTTPS://me@www.A.example:8080/x/y/?q=secret#f") == "a.example/x/y"
    assert clean_referrer("https://a.example/") == "a.example"


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_cleaning_never_raises_and_cleans_once(referrer):
    once = clean_referrer(f"https://{referrer}")
    once.encode("utf-8")
    assert "?" not in once
    named(referrer, referrer, referrer)


def test_the_sites_own_pages_are_no_source():
    assert source_of("https://www.own.example/a", "own.example", "", "") == Source()
    assert source_of("https://blog.own.example/a", "own.example", "", "").name == "blog.own.example"


@pytest.mark.parametrize(
    ("tag", "name", "kind"),
    [
        ("fb", "Facebook", "social"),
        ("IG", "Instagram", "social"),
        ("adwords", "Google", "search"),
        ("Google", "Google", "search"),
        ("google.com", "Google", "search"),
        ("www.chatgpt.com", "ChatGPT", "ai"),
        ("hacker news", "Hacker News", "social"),
        ("Spring Letter", "Spring Letter", ""),
    ],
)
def test_a_tag_names_the_source_before_the_referrer_does(tag, name, kind):
    found = named("https://www.bing.com/", tag)
    assert (found.name, found.kind, found.referrer) == (name, kind, "bing.com")


def test_a_click_id_names_the_source_where_nothing_else_does():
    assert named(click_id="gclid").name == "Google"
    assert named("https://a.example/", click_id="fbclid").name == "a.example"
    assert named(click_id="dclid").name == ""


@settings(max_examples=100)
@given(
    st.sampled_from(["", "https://www.google.de/x", "https://claude.ai", "https://a.b.example/", "android-app://x.y"]),
    st.sampled_from(["", "fb", "mail.google.com", "My Letter", "hn", "x.example"]),
    st.sampled_from(["", "gclid", "dclid"]),
)
def test_a_source_is_known_again_by_its_name(referrer, tag, click_id):
    found = named(referrer, tag, click_id)
    assert source_named(found.name, found.referrer) == found


def test_the_data_holds_at_least_600_hosts_and_each_name_and_host_once():
    text = resources.files("visits").joinpath("data", "sources.toml").read_text("utf-8")
    kinds = tomllib.loads(text)["kinds"]
    names = [name.lower() for group in kinds.values() for name in group]
    hosts = [host for group in kinds.values() for hosts in group.values() for host in hosts]
    assert len(hosts) >= 600
    assert sorted({n for n in names if names.count(n) > 1}) == []
    assert sorted({h for h in hosts if hosts.count(h) > 1}) == []
    assert all(host == host.lower() and "/" not in host for host in hosts)


def test_words_and_click_ids_stand_for_sources_that_there_are_and_each_for_one():
    text = resources.files("visits").joinpath("data", "sources.toml").read_text("utf-8")
    data = tomllib.loads(text)
    names = {name for group in data["kinds"].values() for name in group}
    for table in ("tags", "click_ids"):
        words = [word for group in data[table].values() for word in group]
        assert set(data[table]) <= names
        assert sorted({w for w in words if words.count(w) > 1}) == []
        assert all(word == word.lower() for word in words)


def test_no_word_for_one_source_is_the_name_of_another():
    text = resources.files("visits").joinpath("data", "sources.toml").read_text("utf-8")
    data = tomllib.loads(text)
    names = {name.lower(): name for group in data["kinds"].values() for name in group}
    assert {w: n for n, words in data["tags"].items() for w in words if names.get(w, n) != n} == {}


@pytest.mark.parametrize(
    "host",
    ["google.com", "google.de", "google.co.uk", "google.com.br", "www.google.fr", "encrypted.google.com"],
)
def test_a_country_domain_is_one_by_its_shape(host):
    assert named(f"https://{host}/").name == "Google"


@pytest.mark.parametrize("host", ["google.evil.com", "google.com.evil.org", "google.museum", "google"])
def test_a_domain_of_another_shape_is_no_country_domain(host):
    assert named(f"https://{host}/").name == host


def test_the_longest_host_that_fits_wins():
    assert named("https://mail.google.com/x").name == "Gmail"
    assert named("https://x.mail.google.com/x").name == "Gmail"
    assert named("https://other.google.com/x").name == "Google"
    assert named("https://someone.substack.com/p/x").name == "Substack"
