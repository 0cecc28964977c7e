"""From a draft and its sender to acknowledged envelopes: whose it is, what is dropped, where it goes, the wait."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec
from contract.identity import attempt_partition, partition_of
from contract.outcomes import UNKNOWN_SITE_ID, DropReason
from contract.registry import Site
from contract.topics import BEACONS, REPEATS

from collector.draft import Draft, Sender
from collector.lanes import Lanes
from collector.shedding import Shedding
from collector.site_register import SiteRegister
from collector.standstill import Standstill
from collector.tallies import Tallies

_FIRST, _AGAIN = BEACONS.name, REPEATS.name
_OVERHEAD_BYTES = 120
"""What a beacon takes in an envelope beyond its body, and a little more."""


class UnavailableError(Exception):
    """Nothing can be promised just now; the client should come again. Holds a reason for the metrics."""


class Secrets(Protocol):
    """What the holder of tides tells."""

    def routing_secret(self, now_ms: int) -> bytes | None:
        """The routing secret of the month of a time."""


class Registers(Protocol):
    """What is known of sites."""

    def current(self) -> SiteRegister | None:
        """The register; None where none has ever been seen."""


class Reception(msgspec.Struct, frozen=True):
    """Shared by every endpoint that takes beacons."""

    registers: Registers
    secrets: Secrets
    lanes: Lanes
    tallies: Tallies
    shedding: Shedding
    standstill: Standstill
    clock_ms: Callable[[], int]

    def register(self) -> SiteRegister:
        """What is known of sites. Raises UnavailableError where nothing is."""
        register = self.registers.current()
        if register is None:
            raise UnavailableError("no_registry")
        return register

    def sites_of(self, draft: Draft, sender: Sender, received_ms: int) -> tuple[list[Site], int]:
        """The sites that take this draft, and for how many it was dropped. Raises UnavailableError."""
        register = self.register()
        taken, dropped = [], 0
        for domain in draft.domains:
            site = register.site(domain)
            if site is not None and not sender.opted_out:
                taken.append(site)
                continue
            dropped += 1
            if site is None:
                self.tallies.note(UNKNOWN_SITE_ID, received_ms, DropReason.UNKNOWN_SITE)
            else:
                self.tallies.note(site.site_id, received_ms, DropReason.OPTED_OUT)
        return taken, dropped

    async def accept(self, draft: Draft, sites: list[Site], sender: Sender, received_ms: int, body_bytes: int) -> None:
        """Return once a beacon for every one of the sites is durable. Raises UnavailableError or ShedError."""
        for site in sites:
            self.shedding.admit_site(site.site_id)
        secret = self.secrets.routing_secret(received_ms)
        topic = _AGAIN if draft.repeat and draft.attempt_id else _FIRST
        if topic is _FIRST and draft.attempt_id and not self.standstill.is_over():
            raise UnavailableError("stood_still")
        count = self.lanes.count(topic)
        if secret is None or not count:
            raise UnavailableError("no_secrets" if secret is None else "no_partitions")
        size_bytes = body_bytes + len(sender.user_agent) + _OVERHEAD_BYTES
        waits: list[asyncio.Future[bool]] = []
        for site in sites:
            site_id = site.site_id
            if topic is _AGAIN:
                partition = attempt_partition(site_id, draft.attempt_id, count)
            else:
                partition = partition_of(secret, site_id, sender.client_ip, sender.user_agent, draft.user_id, count)
            wait = self.lanes.put(topic, partition, draft.beacon(site_id, sender, received_ms), size_bytes)
            if wait is None:
                raise UnavailableError("too_much_pending")
            waits.append(wait)
        for wait in waits:
            if not await wait:
                raise UnavailableError("not_acknowledged")
