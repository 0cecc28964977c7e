"""Who may ask about what: keys and sites in, the asker's rights out. No I/O."""

import hashlib
from collections import Counter

import msgspec


class Site(msgspec.Struct, frozen=True):
    """A site as questions need it."""

    site_id: int
    domain: str
    timezone: str


class Asker(msgspec.Struct, frozen=True):
    """Whose key it is: `site_id` is the one site it may ask about, None for all."""

    sha256: str
    site_id: int | None


class Directory(msgspec.Struct, frozen=True):
    """All keys of scope `stats` (hex SHA-256 to the one site of the key, or None) and all sites."""

    keys: dict[str, int | None]
    sites: tuple[Site, ...]

    def asker(self, key: str) -> Asker | None:
        """Who asks with this key's text; None where nobody has it."""
        sha256 = hashlib.sha256(key.encode()).hexdigest()
        return Asker(sha256, self.keys[sha256]) if sha256 in self.keys else None

    def sites_of(self, asker: Asker) -> tuple[Site, ...]:
        """The sites that the asker may see."""
        return tuple(site for site in self.sites if asker.site_id in (None, site.site_id))

    def site(self, asker: Asker, domain: str) -> Site | None:
        """The site of that domain; None where there is none, or none for this asker."""
        return next((site for site in self.sites_of(asker) if site.domain == domain), None)


class RateLimit:
    """So many questions a key and hour of the clock."""

    def __init__(self, most_per_hour: int) -> None:
        self._most = most_per_hour
        self._hour = 0
        self._counts: Counter[str] = Counter()

    def allows(self, asker: Asker, now_s: float) -> bool:
        """Count one question, and say whether it is within the limit."""
        hour = int(now_s // 3_600)
        if hour != self._hour:
            self._hour = hour
            self._counts.clear()
        self._counts[asker.sha256] += 1
        return self._counts[asker.sha256] <= self._most
