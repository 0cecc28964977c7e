"""Line to hit: what is known of an event of the past before its session, named as live ones are; pure."""

from contract.event import NO_SCROLL_DEPTH
from visits.channels import channel_of
from visits.sessions import Hit, Inherited
from visits.sources import Source, clean_referrer, source_named, source_of

from tideline.event_line import EventLine, prop_text

_NOTHING = Inherited()


def hit_of(line: EventLine, timestamp_ms: int, site_domain: str) -> Hit:
    """A line as a hit, whose `inherited` is empty; its receive time is its own, its hostname by default the domain."""
    return Hit(
        timestamp=timestamp_ms,
        received=timestamp_ms,
        name=line.name,
        hostname=line.hostname or site_domain,
        page=line.page or "/",
        inherited=_NOTHING,
        interactive=line.interactive,
        props={key: prop_text(value) for key, value in line.props.items()},
        scroll_depth=NO_SCROLL_DEPTH if line.scroll_depth is None else line.scroll_depth,
        engagement_ms=line.engagement_ms,
        revenue_amount=str(line.revenue_amount),
        revenue_currency=line.revenue_currency,
    )


def inherited_of(line: EventLine, hostname: str) -> Inherited:
    """What a session takes from the line if the line is its first; `hostname` is its hit's."""
    source = _source(line, hostname)
    return Inherited(
        referrer=source.referrer,
        source=source.name,
        channel=channel_of(source, line.utm_medium, line.utm_source, line.utm_campaign, line.click_id),
        utm_source=line.utm_source,
        utm_medium=line.utm_medium,
        utm_campaign=line.utm_campaign,
        utm_content=line.utm_content,
        utm_term=line.utm_term,
        click_id=line.click_id,
        country=line.country,
        region=line.region,
        region2=line.region2,
        city=line.city,
        city_name=line.city_name,
        device=line.device,
        browser=line.browser,
        browser_version=line.browser_version,
        os=line.os,
        os_version=line.os_version,
        screen_width=line.screen_width,
    )


def _source(line: EventLine, hostname: str) -> Source:
    """The source that the line names, else the one that its referrer and tags tell."""
    if line.source is None:
        referrer = line.referrer if "://" in line.referrer or not line.referrer else f"https://{line.referrer}"
        return source_of(referrer, hostname, line.utm_source, line.click_id)
    if "://" in line.referrer:
        return source_named(line.source, clean_referrer(line.referrer))
    return source_named(line.source, line.referrer.partition("#")[0].partition("?")[0])
