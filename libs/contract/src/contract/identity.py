"""Hashes: the day's visitor, the partition that a visitor's beacons share, and the attempt that a beacon came of."""

import struct

import siphashc

SALT_BYTES = 16
_ATTEMPT_KEY = b"tideline attempt"
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


def attempt_hash(site_id: int, attempt_id: str) -> int:
    """64 bits, never 0, of the site and the id that a client gave its first attempt to send a beacon; 0 for no id.

    Under no secret: the id is random, new with each beacon, and says nothing of who sent it.
    """
    return (int(siphashc.siphash(_ATTEMPT_KEY, f"{site_id}\x00{attempt_id}")) or 1) if attempt_id else 0


def attempt_partition(site_id: int, attempt_id: str, partitions: int) -> int:
    """The partition of `repeats`, 0 to `partitions` - 1, in which all repeats of one beacon meet.

    Under no secret either: two repeats must meet also where a month, and with it the routing secret, ends between them.
    """
    return attempt_hash(site_id, attempt_id) % partitions


def _identity(site_id: int, client_ip: str, user_agent: str, user_id: str) -> str:
    return f"{site_id}\x01{user_id}" if user_id else f"{site_id}\x00{client_ip}\x00{user_agent}"
