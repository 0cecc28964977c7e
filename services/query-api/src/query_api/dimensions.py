"""The registry of dimensions: one line a dimension. How each kind is read is in `sql/dimensions.sql`."""

from enum import Enum

import msgspec

NOT_SET = "(not set)"
DIRECT = "Direct / None"
NONE = "(none)"


class Scope(Enum):
    """Whose attribute a dimension is."""

    EVENT = "event"
    VISIT = "visit"
    """Stands on every event of the visit too."""
    VISIT_ONLY = "visit_only"
    """Known once the visit is over, so only on its session row."""


class Dimension(msgspec.Struct, frozen=True):
    """Something to group by or to filter on."""

    name: str
    scope: Scope
    column: str
    empty: str = NOT_SET
    """What is shown, and understood in filters, where the column is empty."""
    kind: str = "text"
    """The fragment of `sql/dimensions.sql` that reads the column."""
    prop: str = ""

    def stored(self, clause: str) -> str:
        """What the column holds where a filter's clause says `clause`."""
        if clause in ("", self.empty) or (clause == NOT_SET and self.kind != "prop"):
            return "0" if self.kind == "number" else ""
        return clause


class TimeBucket(msgspec.Struct, frozen=True):
    """A dimension of time: the fragment of `sql/time.sql` that numbers its buckets, and the one that labels them."""

    name: str
    number: str
    label: str


_REGISTRY = (
    Dimension("event:page", Scope.EVENT, "page"),
    Dimension("event:hostname", Scope.EVENT, "hostname"),
    Dimension("event:name", Scope.EVENT, "name"),
    Dimension("visit:entry_page", Scope.VISIT_ONLY, "entry_page"),
    Dimension("visit:exit_page", Scope.VISIT_ONLY, "exit_page"),
    Dimension("visit:entry_page_hostname", Scope.VISIT_ONLY, "entry_hostname"),
    Dimension("visit:exit_page_hostname", Scope.VISIT_ONLY, "exit_hostname"),
    Dimension("visit:source", Scope.VISIT, "source", empty=DIRECT),
    Dimension("visit:referrer", Scope.VISIT, "referrer", empty=DIRECT),
    Dimension("visit:channel", Scope.VISIT, "channel"),
    Dimension("visit:utm_source", Scope.VISIT, "utm_source"),
    Dimension("visit:utm_medium", Scope.VISIT, "utm_medium"),
    Dimension("visit:utm_campaign", Scope.VISIT, "utm_campaign"),
    Dimension("visit:utm_content", Scope.VISIT, "utm_content"),
    Dimension("visit:utm_term", Scope.VISIT, "utm_term"),
    Dimension("visit:device", Scope.VISIT, "device"),
    Dimension("visit:screen", Scope.VISIT, "device"),
    Dimension("visit:browser", Scope.VISIT, "browser"),
    Dimension("visit:browser_version", Scope.VISIT, "browser_version"),
    Dimension("visit:os", Scope.VISIT, "os"),
    Dimension("visit:os_version", Scope.VISIT, "os_version"),
    Dimension("visit:country", Scope.VISIT, "country"),
    Dimension("visit:region", Scope.VISIT, "region"),
    Dimension("visit:city", Scope.VISIT, "city", kind="number"),
    Dimension("visit:country_name", Scope.VISIT, "country", kind="country_name"),
    Dimension("visit:region_name", Scope.VISIT, "region", kind="region_name"),
    Dimension("visit:city_name", Scope.VISIT, "city", kind="city_name"),
)

_BUCKETS = (
    TimeBucket("time:minute", "bucket.minute", "label.minute"),
    TimeBucket("time:hour", "bucket.hour", "label.hour"),
    TimeBucket("time:day", "bucket.day", "label.day"),
    TimeBucket("time:week", "bucket.week", "label.week"),
    TimeBucket("time:month", "bucket.month", "label.month"),
)

MINUTE, HOUR = "time:minute", "time:hour"
PROPS_PREFIX = "event:props:"
GOAL = "event:goal"
AUTOMATIC_TIME = "time"

DIMENSIONS = {dimension.name: dimension for dimension in _REGISTRY}
BUCKETS = {bucket.name: bucket for bucket in _BUCKETS}


def dimension_named(name: str) -> Dimension | None:
    """The dimension of that name, of time excepted; None where there is none."""
    if name.startswith(PROPS_PREFIX) and name != PROPS_PREFIX:
        prop = name.removeprefix(PROPS_PREFIX)
        return Dimension(name, Scope.EVENT, "props", empty=NONE, kind="prop", prop=prop)
    return DIMENSIONS.get(name)
