"""How a visit came: a page's tags and a referrer in, source and channel out."""

import msgspec
from visits.channels import channel_of
from visits.sources import clean_referrer, source_of
from visits.spam import is_spam


class Acquisition(msgspec.Struct, frozen=True, gc=False):
    """What a session keeps of how its first beacon came."""

    referrer: str
    """Host and path."""
    source: str
    channel: str


def acquisition_of(referrer: str, utm_source: str, utm_medium: str, utm_campaign: str, click_id: str) -> Acquisition:
    """The acquisition of a visit that began with these tags, by this referrer (empty where it is the site's own)."""
    source = source_of(referrer, "", utm_source, click_id)
    channel = channel_of(source, utm_medium, utm_source, utm_campaign, click_id)
    return Acquisition(source.referrer, source.name, channel)


def host_of_referrer(referrer: str) -> str:
    """The host of a referrer as the page told it, without `www.`; empty where it has none."""
    return clean_referrer(referrer).partition("/")[0]


def is_spam_referrer(referrer: str) -> bool:
    """Whether a referrer, as the page told it, is of a known spammer."""
    return is_spam(host_of_referrer(referrer))
