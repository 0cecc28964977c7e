"""Steps that find something out: each fills in its part of the draft, and lets the beacon pass."""

from contract.event import NO_SCROLL_DEPTH
from contract.identity import attempt_hash, derived_id, visitor_hash
from visits.sessions import Hit, Inherited, advance, event_of, start_session

from enricher.live_sessions import DAY_MS
from enricher.steps.draft import NOTHING_INHERITED, Draft, World

_EVENT_ID, _SESSION_ID = 0, 1
_MOST_PIXELS = 65_535
_MOST_ENGAGEMENT_MS = 2**32 - 1


def put_hit(draft: Draft, world: World) -> None:
    """Time, page, props, revenue and engagement: what the beacon itself says."""
    beacon = draft.beacon
    lookups = world.lookups
    url = draft.url = (lookups.url_with_fragment_of if beacon.hash_mode else lookups.url_of)(beacon.url)
    depth, engagement_ms = beacon.scroll_depth, beacon.engagement_ms
    draft.hit = Hit(
        beacon.received_ms - beacon.age_ms,
        beacon.received_ms,
        beacon.name,
        url.hostname,
        url.page,
        NOTHING_INHERITED,
        beacon.interactive,
        beacon.props,
        NO_SCROLL_DEPTH if depth is None else min(depth, NO_SCROLL_DEPTH),
        0 if engagement_ms is None else min(engagement_ms, _MOST_ENGAGEMENT_MS),
        beacon.revenue_amount,
        beacon.revenue_currency,
    )


def put_visitor(draft: Draft, world: World) -> None:
    """Visitor under the salt of the day it happened, and the live session; over midnight, of the day before or after.

    That of the day after is found where a beacon from before midnight comes behind one from after it.
    """
    day = draft.hit.timestamp // DAY_MS
    _put_visitor_of(day, draft, world)
    own = draft.visitor
    for beside in (day - 1, day + 1):
        if draft.session is None and world.sessions.knows_day(beside) and beside in world.salts:
            _put_visitor_of(beside, draft, world)
    if draft.session is None:
        draft.day, draft.visitor = day, own


def _put_visitor_of(day: int, draft: Draft, world: World) -> None:
    beacon = draft.beacon
    draft.day = day
    draft.visitor = visitor_hash(world.salts[day], beacon.site_id, beacon.client_ip, beacon.user_agent, beacon.user_id)
    draft.session = world.sessions.find(day, draft.visitor, draft.hit)


def put_acquisition(draft: Draft, world: World) -> None:
    """Referrer, source and channel, of a session's first beacon; the site's own pages are no referrers."""
    if draft.session is None:
        url, referrer = draft.url, draft.beacon.referrer
        if referrer and world.lookups.host_of_referrer(referrer) == url.hostname:
            referrer = ""
        draft.acquisition = world.lookups.acquisition_of(
            referrer, url.utm_source, url.utm_medium, url.utm_campaign, url.click_id
        )


def put_place(draft: Draft, world: World) -> None:
    """Country, region and city, of a session's first beacon."""
    if draft.session is None:
        draft.place = world.lookups.place_of(draft.beacon.client_ip)


def put_session(draft: Draft, world: World) -> None:
    """The session begun or gone on with, and the event with the session's state and its beacon's attempt on it."""
    if draft.session is None:
        draft.hit.inherited = _inherited(draft)
        draft.session = start_session(_derived(draft, world, _SESSION_ID), draft.visitor, draft.hit)
        world.sessions.add(draft.day, draft.session, draft.hit)
    else:
        advance(draft.session, draft.hit)
    beacon, event_id = draft.beacon, _derived(draft, world, _EVENT_ID)
    draft.event = event_of(draft.session, draft.hit, beacon.site_id, event_id)
    draft.event.attempt = attempt_hash(beacon.site_id, beacon.attempt_id)


def _derived(draft: Draft, world: World, kind: int) -> int:
    """An id that any owner of the partition derives alike from the place in the log."""
    return derived_id(world.salts[draft.day], kind, draft.visitor, world.origin.number, draft.place_in_envelope)


def _inherited(draft: Draft) -> Inherited:
    url, client, place, acquisition = draft.url, draft.client, draft.place, draft.acquisition
    return Inherited(
        acquisition.referrer,
        acquisition.source,
        acquisition.channel,
        url.utm_source,
        url.utm_medium,
        url.utm_campaign,
        url.utm_content,
        url.utm_term,
        url.click_id,
        place.country,
        place.region,
        place.region2,
        place.city,
        place.city_name,
        client.device,
        client.browser,
        client.browser_version,
        client.os,
        client.os_version,
        min(draft.beacon.screen_width, _MOST_PIXELS),
    )
