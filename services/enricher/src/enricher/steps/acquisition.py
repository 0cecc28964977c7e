"""How a visit came: a page's URL and a referrer in, source, channel and tags out."""

import msgspec
from visits.channels import channel_of
from visits.sources import clean_referrer, source_of
from visits.spam import is_spam
from visits.url_parts import UrlParts


class Acquisition(msgspec.Struct, frozen=True, gc=False):
    """What a session keeps of its first beacon's URL and referrer."""

    referrer: str
    """Host and path."""
    source: str
    channel: str


def acquisition_of(url: UrlParts, referrer: str) -> Acquisition:
    """The acquisition of a visit that began on this page, by this referrer."""
    source = source_of(referrer, url.hostname, url.utm_source, url.click_id)
    channel = channel_of(source, url.utm_medium, url.utm_source, url.utm_campaign, url.click_id)
    return Acquisition(source.referrer, source.name, channel)


def is_spam_referrer(referrer: str) -> bool:
    """Whether a referrer, as the page told it, is of a known spammer."""
    return is_spam(clean_referrer(referrer).partition("/")[0])
