"""Keyed hashes of who sent a beacon: the day's visitor, and the partition that all of a visitor's beacons share."""

import struct

import siphashc

SALT_BYTES = 16
# decimal text would take four times as long, and every event has one id of its own
_PACKERS = tuple(struct.Struct(f">{count}Q").pack for count in range(9))


def visitor_hash(salt: bytes, site_id: int, client_ip: str, user_agent: str, user_id: str = "") -> int:
    """64-bit visitor under the day's 16-byte salt; `user_id`, where given, stands in for address and user agent."""
    return int(siphashc.siphash(salt, _identity(site_id, client_ip, user_agent, user_id)))


def partition_of(
    routing_secret: bytes, site_id: int, client_ip: str, user_agent: str, user_id: str, partitions: int
) -> int:
    """The partition, 0 to `partitions` - 1, of a visitor under the month's 16-byte routing secret."""
    return int(siphashc.siphash(routing_secret, _identity(site_id, client_ip, user_agent, user_id))) % partitions


def derived_id(salt: bytes, *parts: int) -> int:
    """A 64-bit id that two owners of a partition derive alike, under the day's salt; parts count modulo 2**64."""
    try:
        packed = _PACKERS[len(parts)](*parts)
    except struct.error:
        packed = _PACKERS[len(parts)](*[part % 2**64 for part in parts])
    return int(siphashc.siphash(salt, packed))


def _identity(site_id: int, client_ip: str, user_agent: str, user_id: str) -> str:
    return f"{site_id}\x01{user_id}" if user_id else f"{site_id}\x00{client_ip}\x00{user_agent}"
