"""How a visit came in, its channel out."""

import pytest
from visits.channels import Channel, channel_of
from visits.sources import source_of


def channel(referrer="", source="", medium="", campaign="", click_id=""):
    found = source_of(referrer, "own.example", source, click_id)
    return channel_of(found, medium, source, campaign, click_id)


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ({}, "Direct"),
        ({"referrer": "https://own.example/x"}, "Direct"),
        ({"campaign": "Summer Cross-Network"}, "Cross-network"),
        ({"source": "amazon", "medium": "cpc"}, "Paid Shopping"),
        ({"source": "google", "medium": "cpc", "campaign": "shop-now"}, "Paid Shopping"),
        ({"source": "google", "medium": "cpc"}, "Paid Search"),
        ({"click_id": "gclid"}, "Paid Search"),
        ({"referrer": "https://www.bing.com/", "click_id": "msclkid"}, "Paid Search"),
        ({"source": "fb", "medium": "paid"}, "Paid Social"),
        ({"source": "somewhere", "medium": "paid-social"}, "Paid Social"),
        ({"referrer": "https://www.tiktok.com/", "click_id": "ttclid"}, "Paid Social"),
        ({"source": "youtube", "medium": "cpv"}, "Paid Video"),
        ({"source": "somewhere", "medium": "banner"}, "Display"),
        ({"click_id": "dclid"}, "Display"),
        ({"source": "somewhere", "medium": "ppc"}, "Paid Other"),
        ({"referrer": "https://chatgpt.com/"}, "AI Assistants"),
        ({"source": "perplexity"}, "AI Assistants"),
        ({"referrer": "https://www.etsy.com/"}, "Organic Shopping"),
        ({"source": "somewhere", "campaign": "shop sale"}, "Organic Shopping"),
        ({"referrer": "https://t.co/x"}, "Organic Social"),
        ({"referrer": "https://m.facebook.com/", "click_id": "fbclid"}, "Organic Social"),
        ({"source": "somewhere", "medium": "social"}, "Organic Social"),
        ({"referrer": "https://www.youtube.com/"}, "Organic Video"),
        ({"referrer": "https://www.google.com/"}, "Organic Search"),
        ({"source": "somewhere", "medium": "organic"}, "Organic Search"),
        ({"referrer": "https://mail.google.com/"}, "Email"),
        ({"source": "newsletter"}, "Email"),
        ({"source": "somewhere", "medium": "E-Mail"}, "Email"),
        ({"source": "somewhere", "medium": "affiliate"}, "Affiliates"),
        ({"source": "somewhere", "medium": "audio"}, "Audio"),
        ({"referrer": "https://open.spotify.com/"}, "Audio"),
        ({"source": "sms"}, "SMS"),
        ({"source": "somewhere", "medium": "sms"}, "SMS"),
        ({"source": "app", "medium": "web-push"}, "Mobile Push Notifications"),
        ({"source": "firebase"}, "Mobile Push Notifications"),
        ({"referrer": "https://blog.example/"}, "Referral"),
        ({"referrer": "https://www.nytimes.com/"}, "Referral"),
        ({"medium": "link"}, "Referral"),
    ],
)
def test_each_way_in_has_its_channel(arrival, expected):
    assert channel(**arrival) == expected


def test_there_are_nineteen_channels():
    assert len(Channel) == 19


def test_a_word_that_holds_shop_by_chance_is_no_shopping():
    assert channel(source="google", medium="cpc", campaign="workshop") == "Paid Search"
    assert channel(source="google", medium="cpc", campaign="photoshop") == "Paid Search"
    assert channel(source="google", medium="cpc", campaign="eshop") == "Paid Shopping"


def test_the_answer_is_plain_text():
    assert type(channel()) is str
