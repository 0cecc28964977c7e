"""Steps that end a beacon's way: each returns the reason, or None to let it pass."""

from contract.event import ENGAGEMENT
from contract.outcomes import DropReason

from enricher.steps.draft import Draft, World


def drop_opted_out(draft: Draft, _: World) -> DropReason | None:
    """Sec-GPC or DNT was sent."""
    return DropReason.OPTED_OUT if draft.beacon.opted_out else None


def drop_bot(draft: Draft, world: World) -> DropReason | None:
    """A robot by its user agent, unless a server with a write key speaks for a visitor it names.

    Asked of a session's first beacon: whoever has a live session has the user agent that it began with.
    """
    if draft.session is not None:
        return None
    client = draft.client = world.lookups.client_of(draft.beacon.user_agent)
    return DropReason.BOT if client.is_bot and not draft.beacon.user_id else None


def drop_spam_referrer(draft: Draft, world: World) -> DropReason | None:
    """A referrer that sends visits which never happened."""
    referrer = draft.beacon.referrer
    return DropReason.SPAM_REFERRER if referrer and world.lookups.is_spam_referrer(referrer) else None


def drop_engagement_without_session(draft: Draft, _: World) -> DropReason | None:
    """Engagement extends a session and never begins one."""
    if draft.session is None and draft.hit.name == ENGAGEMENT:
        return DropReason.ENGAGEMENT_WITHOUT_SESSION
    return None
