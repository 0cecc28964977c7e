"""A draft: a beacon as its body tells it, checked, before it is known whose it is and who sent it."""

import msgspec
from contract.beacon import Beacon


class Sender(msgspec.Struct, gc=False, frozen=True):
    """Who sent a request: in memory only, and in sealed envelopes."""

    client_ip: str
    user_agent: str
    opted_out: bool
    """Sec-GPC or DNT was sent."""


class Draft(msgspec.Struct, frozen=True):
    """What a body says; the fields mean what they mean in a beacon."""

    name: str
    url: str
    domains: list[str]
    referrer: str = ""
    props: dict[str, str] = {}
    revenue_amount: str = ""
    revenue_currency: str = ""
    interactive: bool = True
    hash_mode: bool = False
    engagement_ms: int | None = None
    scroll_depth: int | None = None
    screen_width: int = 0
    age_ms: int = 0
    user_id: str = ""
    attempt_id: str = ""
    repeat: bool = False

    def beacon(self, site_id: int, sender: Sender, received_ms: int) -> Beacon:
        """The beacon for one site."""
        return Beacon(
            site_id,
            received_ms,
            sender.client_ip,
            sender.user_agent,
            self.name,
            self.url,
            self.referrer,
            self.props,
            self.revenue_amount,
            self.revenue_currency,
            self.interactive,
            self.hash_mode,
            self.engagement_ms,
            self.scroll_depth,
            self.screen_width,
            self.age_ms,
            sender.opted_out,
            self.user_id,
            self.attempt_id,
            self.repeat,
        )
