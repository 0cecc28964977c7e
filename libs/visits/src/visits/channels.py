"""Channels: source and tags of a first event in, one of 19 names out. GA4's default groups, and AI assistants.

Source: Google's public definitions of the default channel group (Analytics Help, "Default channel group").
"""

import re
from collections.abc import Callable
from enum import StrEnum

import msgspec

from visits.sources import Source


class Channel(StrEnum):
    """Every channel there is; the text is what answers show."""

    DIRECT = "Direct"
    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    AI_ASSISTANTS = "AI Assistants"
    ORGANIC_SHOPPING = "Organic Shopping"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    ORGANIC_SEARCH = "Organic Search"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    MOBILE_PUSH = "Mobile Push Notifications"
    REFERRAL = "Referral"


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """How a visitor came: the source, and tags in small letters."""

    source: Source
    medium: str
    tag: str
    """`utm_source`."""
    campaign: str
    click_id: str


_Rule = Callable[[Arrival], bool]

_PAID_MEDIUM = re.compile(r".*cp[acmv].*|ppc|retargeting|(?:.*[-_ ])?paid.*|sem")
_SHOPPING_CAMPAIGN = re.compile(r"(?:^|[^a-df-z])shop|shopping")
_PUSH_MEDIUM = re.compile(r".*push|.*(?:mobile|notification).*")
_DISPLAY_MEDIA = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL_MEDIA = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_EMAIL_WORDS = frozenset({"email", "e-mail", "e_mail", "e mail", "newsletter"})
_PAID_CLICK_IDS = frozenset(
    {"gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ttclid", "twclid", "li_fat_id", "tblci", "obclid"}
)  # fmt: skip


def _paid(a: Arrival) -> bool:
    return a.click_id in _PAID_CLICK_IDS or _PAID_MEDIUM.fullmatch(a.medium) is not None


def _shopping(a: Arrival) -> bool:
    return a.source.kind == "shopping" or _SHOPPING_CAMPAIGN.search(a.campaign) is not None


_RULES: tuple[tuple[Channel, _Rule], ...] = (
    (Channel.CROSS_NETWORK, lambda a: "cross-network" in a.campaign),
    (Channel.PAID_SHOPPING, lambda a: _paid(a) and _shopping(a)),
    (Channel.PAID_SEARCH, lambda a: _paid(a) and a.source.kind == "search"),
    (Channel.PAID_SOCIAL, lambda a: _paid(a) and (a.source.kind == "social" or "social" in a.medium)),
    (Channel.PAID_VIDEO, lambda a: _paid(a) and (a.source.kind == "video" or "video" in a.medium)),
    (Channel.DISPLAY, lambda a: a.medium in _DISPLAY_MEDIA or a.click_id == "dclid"),
    (Channel.PAID_OTHER, _paid),
    (Channel.AI_ASSISTANTS, lambda a: a.source.kind == "ai" or a.medium in {"ai", "ai-assistant", "llm"}),
    (Channel.ORGANIC_SHOPPING, _shopping),
    (Channel.ORGANIC_SOCIAL, lambda a: a.source.kind == "social" or a.medium in _SOCIAL_MEDIA),
    (Channel.ORGANIC_VIDEO, lambda a: a.source.kind == "video" or "video" in a.medium),
    (Channel.ORGANIC_SEARCH, lambda a: a.source.kind == "search" or a.medium == "organic"),
    (Channel.EMAIL, lambda a: a.source.kind == "email" or a.tag in _EMAIL_WORDS or a.medium in _EMAIL_WORDS),
    (Channel.AFFILIATES, lambda a: a.medium in {"affiliate", "affiliates"}),
    (Channel.AUDIO, lambda a: a.source.kind == "audio" or a.medium in {"audio", "podcast"}),
    (Channel.SMS, lambda a: a.tag == "sms" or a.medium == "sms"),
    (Channel.MOBILE_PUSH, lambda a: a.tag == "firebase" or _PUSH_MEDIUM.fullmatch(a.medium) is not None),
    (Channel.REFERRAL, lambda a: bool(a.source.name) or a.medium in {"referral", "app", "link"}),
)  # fmt: skip
"""In order of precedence, one decision a line: the first that holds names the channel, and none means Direct."""


def channel_of(source: Source, utm_medium: str, utm_source: str, utm_campaign: str, click_id: str) -> str:
    """The channel of a visit that began so; `Direct` where nothing is known of how it came."""
    arrival = Arrival(source, utm_medium.lower(), utm_source.lower(), utm_campaign.lower(), click_id.lower())
    return next((channel for channel, holds in _RULES if holds(arrival)), Channel.DIRECT).value
