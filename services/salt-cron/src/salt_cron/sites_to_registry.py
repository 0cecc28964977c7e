"""The registry that collectors read: sites and write keys in, its JSON and digest out. No I/O."""

import hashlib
from collections.abc import Iterable

import msgspec
from contract.registry import Registry, Site, WriteKey


class Published(msgspec.Struct, frozen=True):
    """A registry as Redis carries it."""

    body: bytes
    digest: str
    """Hex SHA-256 of `body`."""


def publish(sites: Iterable[Site], write_keys: Iterable[WriteKey]) -> Published:
    """The same registry gives the same bytes, in whatever order its parts come."""
    registry = Registry(
        sites=tuple(sorted(sites, key=lambda site: site.site_id)),
        write_keys=tuple(sorted(write_keys, key=lambda key: key.sha256)),
    )
    body = msgspec.json.encode(registry)
    return Published(body, hashlib.sha256(body).hexdigest())
