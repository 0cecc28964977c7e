"""An event: a beacon with everything known about it and nobody in it. Its columns are written down here, once."""

import msgspec

from contract.column_types import Flag, Money, Props, TimeMs, TimeS, UInt8, UInt16, UInt32, UInt64, Word

NO_SCROLL_DEPTH = 255
PAGEVIEW = "pageview"
ENGAGEMENT = "engagement"
"""Says how long a page was looked at: extends its session, is neither a pageview nor an `event` of the metrics."""


class Event(msgspec.Struct, array_like=True, gc=False):
    """One event (msgpack, by position: append fields only). Absent text is empty, absent numbers are 0.

    The fields from `session_id` to `exit_page` are the running state of its session as of this event, so that the
    last events of a partition suffice to go on with every live session. What a session inherits from its first
    event (source, device, place) stands on each of its events.
    """

    site_id: UInt32
    timestamp: TimeMs
    """When it happened."""
    received: TimeS
    """When the collector received it."""
    event_id: UInt64
    visitor: UInt64
    name: Word
    hostname: Word
    page: Word
    """Path, percent-decoded, with the fragment in hash mode."""

    session_id: UInt64
    session_start: TimeMs
    session_seq: UInt32
    """Place in the session, from 1."""
    session_pageviews: UInt32
    session_events: UInt32
    """Events so far, engagement left out."""
    is_bounce: Flag
    """Fewer than two interactive events so far."""
    entry_hostname: Word
    entry_page: Word
    exit_hostname: Word
    exit_page: Word

    referrer: Word
    """Host and path, no scheme, no query."""
    source: Word
    channel: Word
    utm_source: Word
    utm_medium: Word
    utm_campaign: Word
    utm_content: Word
    utm_term: Word
    click_id: Word
    """The name of the click id parameter, never its value."""

    country: Word
    """ISO 3166-1 alpha-2."""
    region: Word
    """ISO 3166-2, as DE-HE."""
    region2: Word
    city: UInt32
    """GeoNames id."""
    city_name: Word
    """Only where the city has no GeoNames id."""

    device: Word
    """Desktop, Mobile, Tablet, TV, Console, Wearable or empty."""
    browser: Word
    browser_version: Word
    os: Word
    os_version: Word
    screen_width: UInt16
    """CSS pixels."""

    interactive: Flag
    props: Props
    scroll_depth: UInt8
    """Percent; 255 where it is not told."""
    engagement_ms: UInt32
    revenue_amount: Money
    revenue_currency: Word
    session_interactions: UInt8 = 0
    """Interactive events of the session so far, counted to 2: tells whether the next one unbounces."""
    attempt: UInt64 = 0
    """Hash of the site and the id of the first attempt to send its beacon; 0 where there is none."""
