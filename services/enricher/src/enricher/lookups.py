"""What steps look up, remembered: user agents, URLs and referrers repeat, so each is worked out once."""

from collections.abc import Callable
from functools import lru_cache

import msgspec
from visits.url_parts import UrlParts, split_url

from enricher.steps.acquisition import Acquisition, acquisition_of, host_of_referrer, is_spam_referrer
from enricher.steps.client import ClientOf
from enricher.steps.place import PlaceOf


class Lookups(msgspec.Struct, frozen=True):
    """Pure functions of a beacon's texts, each with a bounded memory of its own."""

    client_of: ClientOf
    place_of: PlaceOf
    url_of: Callable[[str, bool], UrlParts]
    """URL and hash mode in, parts out."""
    host_of_referrer: Callable[[str], str]
    acquisition_of: Callable[[str, str, str, str, str], Acquisition]
    is_spam_referrer: Callable[[str], bool]


def remembered(client_of: ClientOf, place_of: PlaceOf, cached_texts: int) -> Lookups:
    """Lookups that keep the answers to the last `cached_texts` texts of each kind (nothing is kept elsewhere)."""
    remember = lru_cache(maxsize=cached_texts)
    return Lookups(
        client_of=remember(client_of),
        place_of=place_of,
        url_of=remember(split_url),
        host_of_referrer=remember(host_of_referrer),
        acquisition_of=remember(acquisition_of),
        is_spam_referrer=remember(is_spam_referrer),
    )
