"""The session fold: hits of one visitor in, the session's running state and events out; no store, no clock.

The state after any hit stands whole on that hit's event, so `session_from_event` goes on where the log ends.
"""

import msgspec
from contract.event import ENGAGEMENT, NO_SCROLL_DEPTH, PAGEVIEW, Event
from contract.limits import SESSION_TIMEOUT_MS

_SESSION_TIMEOUT_S = SESSION_TIMEOUT_MS // 1_000
_INTERACTIONS_THAT_MATTER = 2


class Inherited(msgspec.Struct, frozen=True, gc=False):
    """What a session takes from its first event and gives to all that follow; absent text is empty, numbers 0."""

    referrer: str = ""
    source: str = ""
    channel: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    click_id: str = ""
    country: str = ""
    region: str = ""
    region2: str = ""
    city: int = 0
    city_name: str = ""
    device: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    screen_width: int = 0


class Hit(msgspec.Struct, gc=False):
    """What is known of an event before its session. Times are Unix milliseconds."""

    timestamp: int
    """When it happened."""
    received: int
    """When the collector received it."""
    name: str
    hostname: str
    page: str
    inherited: Inherited
    """Counts only where the hit is the first of its session."""
    interactive: bool = True
    props: dict[str, str] = {}
    scroll_depth: int = NO_SCROLL_DEPTH
    """Percent; 255 where it is not told."""
    engagement_ms: int = 0
    revenue_amount: str = ""
    revenue_currency: str = ""


class Session(msgspec.Struct, gc=False):
    """A session's running state. All of it can be read back from the event of its last hit."""

    session_id: int
    visitor: int
    start: int
    """`timestamp` of the first hit, Unix milliseconds."""
    last_timestamp: int
    """`timestamp` of the last hit in order of receipt, Unix milliseconds."""
    last_received_s: int
    """When the last hit was received, Unix seconds, as an event keeps it."""
    seq: int
    pageviews: int
    events: int
    """Hits so far, engagement left out."""
    interactions: int
    """Interactive hits so far, engagement left out, counted to 2."""
    entry_hostname: str
    entry_page: str
    """Of the first pageview; empty before it."""
    exit_hostname: str
    exit_page: str
    """Of the last pageview."""
    inherited: Inherited

    @property
    def is_bounce(self) -> bool:
        """Fewer than two interactive hits so far."""
        return self.interactions < _INTERACTIONS_THAT_MATTER


def start_session(session_id: int, visitor: int, hit: Hit) -> Session:
    """A session that begins with `hit`, with the hit counted in."""
    session = Session(
        session_id, visitor, hit.timestamp, 0, 0, 0, 0, 0, 0, "", "", "", "", hit.inherited
    )  # fmt: skip
    return advance(session, hit)


def advance(session: Session, hit: Hit) -> Session:
    """The same session, changed in place, with `hit` counted in; the caller has asked `is_live`."""
    session.seq += 1
    session.last_timestamp = hit.timestamp
    session.last_received_s = hit.received // 1_000
    name = hit.name
    if name == ENGAGEMENT:
        return session
    session.events += 1
    if hit.interactive and session.interactions < _INTERACTIONS_THAT_MATTER:
        session.interactions += 1
    if name == PAGEVIEW:
        session.pageviews += 1
        session.exit_hostname = hit.hostname
        session.exit_page = hit.page
        if session.pageviews == 1:
            session.entry_hostname = hit.hostname
            session.entry_page = hit.page
    return session


def is_live(session: Session, hit: Hit) -> bool:
    """Whether `hit` belongs to `session`: at most 30 minutes of silence in receive time, and not `is_apart`."""
    silence_s = hit.received // 1_000 - session.last_received_s
    return silence_s <= _SESSION_TIMEOUT_S and not is_apart(session, hit.timestamp)


def is_apart(session: Session, timestamp: int) -> bool:
    """Whether a hit's own time (Unix milliseconds) lies outside the session by more than 30 minutes.

    It is late, spooled or back-dated then, and gets a session of its own beside the live one, which it does not end.
    """
    start, last = session.start, session.last_timestamp
    if last < start:
        start, last = last, start
    return timestamp < start - SESSION_TIMEOUT_MS or timestamp > last + SESSION_TIMEOUT_MS


def event_of(session: Session, hit: Hit, site_id: int, event_id: int) -> Event:
    """The event of `hit`, which must be the last one that `session` counted in."""
    inherited = session.inherited
    return Event(
        site_id,
        hit.timestamp,
        session.last_received_s,
        event_id,
        session.visitor,
        hit.name,
        hit.hostname,
        hit.page,
        session.session_id,
        session.start,
        session.seq,
        session.pageviews,
        session.events,
        session.interactions < _INTERACTIONS_THAT_MATTER,
        session.entry_hostname,
        session.entry_page,
        session.exit_hostname,
        session.exit_page,
        inherited.referrer,
        inherited.source,
        inherited.channel,
        inherited.utm_source,
        inherited.utm_medium,
        inherited.utm_campaign,
        inherited.utm_content,
        inherited.utm_term,
        inherited.click_id,
        inherited.country,
        inherited.region,
        inherited.region2,
        inherited.city,
        inherited.city_name,
        inherited.device,
        inherited.browser,
        inherited.browser_version,
        inherited.os,
        inherited.os_version,
        inherited.screen_width,
        hit.interactive,
        hit.props,
        hit.scroll_depth,
        hit.engagement_ms,
        hit.revenue_amount,
        hit.revenue_currency,
        session.interactions,
    )


def session_from_event(event: Event) -> Session:
    """The running state as of `event`, the last one of its session in the log."""
    return Session(
        event.session_id,
        event.visitor,
        event.session_start,
        event.timestamp,
        event.received,
        event.session_seq,
        event.session_pageviews,
        event.session_events,
        event.session_interactions,
        event.entry_hostname,
        event.entry_page,
        event.exit_hostname,
        event.exit_page,
        inherited_of(event),
    )


def inherited_of(event: Event) -> Inherited:
    """What the event's session took from its first event."""
    return Inherited(*[getattr(event, name) for name in Inherited.__struct_fields__])
