"""Token buckets per client address and per site: who sends more than his rate and burst is asked to come again.

In memory only, and bounded: of more senders than are remembered, the longest silent are forgotten, and begin anew with
a full bucket.
"""

import socket
import time
from collections.abc import Callable

import msgspec

_MOST_SENDERS = 100_000
_NETWORK_BYTES = 8
"""Of an IPv6 address: what one household or server gets."""


class ShedError(Exception):
    """This sender has used up his tokens; there is one again after `wait_s` seconds."""

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Rate(msgspec.Struct, frozen=True):
    """What one sender may send."""

    a_second: float
    """0 sets no bound."""
    burst: int
    """At once, after a silence."""


class Buckets:
    """A bucket a sender, as one number: the time at which it will be full again."""

    def __init__(self, rate: Rate, most: int = _MOST_SENDERS, steady_s: Callable[[], float] = time.monotonic) -> None:
        self._token_s = 1 / rate.a_second if rate.a_second else 0.0
        self._burst_s = rate.burst * self._token_s
        self._most = max(most // 2, 1)
        self._steady_s = steady_s
        self._young: dict[object, float] = {}
        self._old: dict[object, float] = {}

    def wait_s(self, sender: object) -> float:
        """0.0 where a token was taken, else how long until there is one."""
        if not self._token_s:
            return 0.0
        now_s = self._steady_s()
        full_s = max(self._young.get(sender) or self._old.get(sender, now_s), now_s)
        short_s = full_s + self._token_s - now_s - self._burst_s
        # sums of many small tokens differ in their last digits
        taken = short_s <= self._token_s / 2
        if sender not in self._young and len(self._young) >= self._most:
            self._young, self._old = {}, self._young
        # who is refused is remembered as well, or he would soon be a stranger with a full bucket
        self._young[sender] = full_s + self._token_s if taken else full_s
        return 0.0 if taken else short_s

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class Shedding:
    """Both kinds of buckets."""

    def __init__(self, address: Rate, site: Rate) -> None:
        self._addresses = Buckets(address)
        self._sites = Buckets(site)

    def admit_address(self, client_ip: str) -> None:
        """Raises ShedError where this address, or for IPv6 its /64, has sent too much."""
        _admit(self._addresses, network_of(client_ip), "address")

    def admit_site(self, site_id: int) -> None:
        """Raises ShedError where too much was sent to this site."""
        _admit(self._sites, site_id, "site")


def network_of(client_ip: str) -> str | bytes:
    """What shares a bucket: an IPv4 address, or the first 8 bytes of an IPv6 address."""
    return socket.inet_pton(socket.AF_INET6, client_ip)[:_NETWORK_BYTES] if ":" in client_ip else client_ip


def _admit(buckets: Buckets, sender: object, reason: str) -> None:
    wait_s = buckets.wait_s(sender)
    if wait_s:
        raise ShedError(reason, wait_s)
