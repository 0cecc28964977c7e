"""What steps look up, remembered: user agents, URLs and referrers repeat, so each is worked out once."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeVar

import msgspec
from visits.url_parts import UrlParts, split_url

from enricher.steps.acquisition import Acquisition, acquisition_of, host_of_referrer, is_spam_referrer
from enricher.steps.client import ClientOf
from enricher.steps.place import PlaceOf

T = TypeVar("T")


class Lookups(msgspec.Struct, frozen=True):
    """Pure functions of a beacon's texts, each with a bounded memory of its own."""

    client_of: ClientOf
    place_of: PlaceOf
    url_of: Callable[[str], UrlParts]
    url_with_fragment_of: Callable[[str], UrlParts]
    """For beacons in hash mode."""
    host_of_referrer: Callable[[str], str]
    acquisition_of: Callable[[str, str, str, str, str], Acquisition]
    is_spam_referrer: Callable[[str], bool]


class _Memory(dict[str, T]):
    """Text to answer. Of more than `most` texts, those not met for the longest are forgotten, half at a time.

    A plain dict, since an lru_cache moves an entry at each look, which costs more than what is looked up.
    """

    def __init__(self, ask: Callable[[str], T], most: int) -> None:
        super().__init__()
        self._ask = ask
        self._half = max(1, most // 2)
        self._before: dict[str, T] = {}

    def __missing__(self, text: str) -> T:
        if len(self) >= self._half:
            self._before = dict(self)
            self.clear()
        found = self[text] = self._before[text] if text in self._before else self._ask(text)
        return found


def remembered(client_of: ClientOf, place_of: PlaceOf, cached_texts: int) -> Lookups:
    """Lookups that keep the answers to the last `cached_texts` texts of each kind (nothing is kept elsewhere)."""
    return Lookups(
        client_of=_Memory(client_of, cached_texts).__getitem__,
        place_of=place_of,
        url_of=_Memory(partial(split_url, hash_mode=False), cached_texts).__getitem__,
        url_with_fragment_of=_Memory(partial(split_url, hash_mode=True), cached_texts).__getitem__,
        host_of_referrer=_Memory(host_of_referrer, cached_texts).__getitem__,
        acquisition_of=lru_cache(cached_texts)(acquisition_of),
        is_spam_referrer=_Memory(is_spam_referrer, cached_texts).__getitem__,
    )
