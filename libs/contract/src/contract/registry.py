"""What the collector must know of sites and keys: made from Postgres, carried by Redis, kept in memory."""

import msgspec

REDIS_REGISTRY_KEY = "tideline:registry"
"""Redis string: a `Registry` as JSON."""

REDIS_REGISTRY_DIGEST_KEY = "tideline:registry:digest"
"""Redis string: hex SHA-256 of the registry's JSON, cheap to poll."""


class Site(msgspec.Struct, frozen=True):
    """A site that beacons are accepted for."""

    site_id: int
    domain: str
    """Lower case, without `www.`."""
    timezone: str = "Etc/UTC"


class WriteKey(msgspec.Struct, frozen=True):
    """An API key of scope `write`, by its hash."""

    sha256: str
    """Hex SHA-256 of the key's text."""
    site_id: int | None = None
    """The one site it may write for; None means all."""


class Registry(msgspec.Struct, frozen=True):
    """All sites and write keys."""

    sites: tuple[Site, ...] = ()
    write_keys: tuple[WriteKey, ...] = ()
