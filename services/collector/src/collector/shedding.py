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
        self._most_s = self._burst_s + self._token_s / 2
        self._most = max(most // 2, 1)
        self._steady_s = steady_s
        self._young: dict[object, float] = {}
        self._old: dict[object, float] = {}

    def wait_s(self, sender: object) -> float:
        """0.0 where a token was taken, else how long until there is one."""
        token_s = self._token_s
        if not token_s:
            return 0.0
        now_s = self._steady_s()
        full_s = self._young.get(sender)
        if full_s is None:
            full_s = self._old.get(sender, now_s)
            if len(self._young) >= self._most:
                self._young, self._old = {}, self._young
        full_s = max(now_s, full_s) + token_s
        # sums of many small tokens differ in their last digits
        if full_s - now_s <= self._most_s:
            self._young[sender] = full_s
            return 0.0
        # who is refused is remembered as well, or he would soon be a stranger with a full bucket
        self._young[sender] = full_s - token_s
        return full_s - now_s - self._burst_s

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class Shedding:
    """Both kinds of buckets."""

    def __init__(self, address: Rate, site: Rate) -> None:
        self._addresses = Buckets(address)
        self._sites = Buckets(site)

    def admit_address(self, client_ip: str) -> None:
        """Raises ShedError where this address, or for IPv6 its /64, has sent too much."""
        wait_s = self._addresses.wait_s(network_of(client_ip) if ":" in client_ip else client_ip)
        if wait_s:
            raise ShedError("address", wait_s)

    def admit_site(self, site_id: int) -> None:
        """Raises ShedError where too much was sent to this site."""
        wait_s = self._sites.wait_s(site_id)
        if wait_s:
            raise ShedError("site", wait_s)


def network_of(client_ip: str) -> bytes:
    """What shares a bucket among IPv6 addresses: their first 8 bytes."""
    return socket.inet_pton(socket.AF_INET6, client_ip)[:_NETWORK_BYTES]
