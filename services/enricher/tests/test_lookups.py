"""What is remembered: each text is worked out once, and not more texts than allowed."""

from enricher.lookups import remembered
from enricher.steps.acquisition import acquisition_of, host_of_referrer, is_spam_referrer
from enricher.steps.client import Client
from enricher.steps.place import NOWHERE
from hypothesis import given, settings
from hypothesis import strategies as st


def test_a_user_agent_is_parsed_once():
    asked = []
    lookups = remembered(lambda text: asked.append(text) or Client(), lambda _: NOWHERE, 10)
    assert lookups.client_of("a") is lookups.client_of("a")
    lookups.client_of("b")
    assert asked == ["a", "b"]


def test_the_longest_unused_text_is_forgotten_first():
    asked = []
    lookups = remembered(lambda text: asked.append(text) or Client(), lambda _: NOWHERE, 2)
    for text in "abcab":
        lookups.client_of(text)
    assert asked == list("abcab")


def test_places_are_asked_each_time_since_addresses_hardly_repeat():
    asked = []
    lookups = remembered(lambda _: Client(), lambda ip: asked.append(ip) or NOWHERE, 10)
    lookups.place_of("::1")
    lookups.place_of("::1")
    assert asked == ["::1", "::1"]


def test_a_url_is_remembered_with_and_without_its_fragment():
    lookups = remembered(lambda _: Client(), lambda _: NOWHERE, 10)
    url = "https://a.example/x#y"
    assert (lookups.url_of(url).page, lookups.url_with_fragment_of(url).page) == ("/x", "/x#y")


def test_texts_that_are_met_again_and_again_are_never_forgotten():
    asked = []
    lookups = remembered(lambda text: asked.append(text) or Client(), lambda _: NOWHERE, 10)
    for number in range(200):
        lookups.client_of("often")
        lookups.client_of(str(number))
    assert asked.count("often") == 1


def test_a_referrers_host_is_told_without_www():
    assert host_of_referrer("https://www.news.example/item?id=1") == "news.example"
    assert host_of_referrer("nonsense") == ""


def test_tags_count_more_than_the_referrer():
    found = acquisition_of("https://www.google.com/", "newsletter", "email", "", "")
    assert (found.channel, found.referrer) == ("Email", "google.com")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=10))
def test_any_texts_have_an_acquisition(referrer, source, medium, campaign, click_id):
    found = acquisition_of(referrer, source, medium, campaign, click_id)
    assert found.channel
    assert is_spam_referrer(referrer) in (True, False)
