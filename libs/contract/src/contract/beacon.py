"""A beacon: what a page says happened, as the collector checked it, with who said it (in memory and sealed only)."""

import msgspec


class Beacon(msgspec.Struct, array_like=True, gc=False):
    """One beacon for one site, as it lies inside a sealed envelope (msgpack, by position: append fields only).

    `client_ip` and `user_agent` never leave a sealed envelope in clear. Times are Unix milliseconds, UTC.
    """

    site_id: int
    received_ms: int
    client_ip: str
    user_agent: str
    name: str
    url: str
    referrer: str = ""
    props: dict[str, str] = {}
    revenue_amount: str = ""
    """Decimal text, empty where the beacon has no revenue."""
    revenue_currency: str = ""
    """ISO 4217 code in capitals."""
    interactive: bool = True
    hash_mode: bool = False
    """True appends the URL's fragment to the page."""
    engagement_ms: int | None = None
    scroll_depth: int | None = None
    """Percent, 0 to 100."""
    screen_width: int = 0
    """CSS pixels, 0 where unknown."""
    age_ms: int = 0
    """How long before `received_ms` it happened; at most 48 hours."""
    opted_out: bool = False
    """Sec-GPC or DNT was sent."""
    user_id: str = ""
    """An identity given with a key of scope `write`; takes the place of address and user agent in the hash."""
    attempt_id: str = ""
    """The id of the first attempt to send this beacon."""
    repeat: bool = False
    """True where the client says that it sent this beacon before."""

    @property
    def happened_ms(self) -> int:
        """When it happened: receive time less its age, Unix milliseconds."""
        return self.received_ms - self.age_ms
