"""Who speaks: a peer's address and X-Forwarded-For in, the client's address out, believing trusted proxies only."""

import ipaddress
import socket
from collections.abc import Sequence

_MAPPED = bytes(10) + b"\xff\xff"
_V4_BYTES = 4
_V6_BYTES = 16
_KNOWN_PROXIES = 1_000


class TrustError(Exception):
    """The list of trusted proxies cannot be meant as it stands."""


class TrustedProxies:
    """Networks whose X-Forwarded-For is believed; made from CIDR text, separated by commas. Raises TrustError."""

    def __init__(self, text: str) -> None:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if "*" in parts:
            raise TrustError("TRUSTED_PROXIES=* would believe whatever a visitor claims; name the proxies' networks")
        try:
            networks = [ipaddress.ip_network(part, strict=False) for part in parts]
        except ValueError as error:
            raise TrustError(f"TRUSTED_PROXIES: {error}") from None
        self._networks: dict[int, list[tuple[int, int]]] = {_V4_BYTES: [], _V6_BYTES: []}
        for net in networks:
            ranges = self._networks[net.max_prefixlen // 8]
            ranges.append((int(net.netmask), int(net.network_address)))
        self._known: set[bytes] = set()

    def trusts(self, packed: bytes) -> bool:
        """Whether a packed address lies in one of the networks."""
        if packed in self._known:
            return True
        number = int.from_bytes(packed)
        for mask, start in self._networks[len(packed)]:
            if number & mask == start:
                # only proxies are remembered, never a visitor
                if len(self._known) < _KNOWN_PROXIES:
                    self._known.add(packed)
                return True
        return False


def client_address(peer: str, forwarded: Sequence[bytes], proxies: TrustedProxies) -> str:
    """The right-most address, in all X-Forwarded-For lines joined, that is not a trusted proxy's.

    The peer's where the peer is not trusted or sent no line, and where garbage stands in the way; the left-most
    address where all of them are trusted.
    """
    packed = _packed(peer)
    if packed is None:
        return ""
    if not forwarded or not proxies.trusts(packed):
        return _text(packed)
    found = packed
    for entry in reversed(b",".join(forwarded).decode("latin-1").split(",")):
        hop = _packed(_without_port(entry.strip()))
        if hop is None:
            return _text(packed)
        found = hop
        if not proxies.trusts(hop):
            break
    return _text(found)


def _packed(text: str) -> bytes | None:
    """Four or sixteen bytes; an IPv4 address in IPv6's clothes is an IPv4 address."""
    try:
        if ":" not in text:
            return socket.inet_pton(socket.AF_INET, text)
        packed = socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError, UnicodeError):
        return None
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _text(packed: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET if len(packed) == _V4_BYTES else socket.AF_INET6, packed)


def _without_port(entry: str) -> str:
    """`1.2.3.4:567` and `[::1]:567` without brackets and port."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
