"""Which secrets live at a time: Unix milliseconds in, names of tides and routing secrets out, each with its end."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from contract.tide import REDIS_ROUTING_KEY, REDIS_TIDE_KEY, day_expires_at, day_of, month_expires_at, month_of

DAY_MS = 86_400_000
DAYS_BEHIND = 2
"""A tide outlives its day by 48 hours."""
DAYS_AHEAD = 2


class SecretName(msgspec.Struct, frozen=True):
    """The secret of one UTC day (a tide) or of one UTC month (a routing secret)."""

    kind: Literal["tide", "routing"]
    period: str
    """ISO date, or YYYY-MM."""

    def __str__(self) -> str:
        """Its name in Postgres, as `tide:2026-11-23` or `routing:2026-11`."""
        return f"{self.kind}:{self.period}"

    @property
    def redis_key(self) -> str:
        """Where Redis keeps it."""
        if self.kind == "tide":
            return REDIS_TIDE_KEY.format(day=self.period)
        return REDIS_ROUTING_KEY.format(month=self.period)

    @property
    def expires_at_s(self) -> int:
        """Unix seconds at which it must be gone."""
        return day_expires_at(self.period) if self.kind == "tide" else month_expires_at(self.period)

    @property
    def days(self) -> range:
        """The UTC days it serves, as whole days since 1970."""
        first = datetime.fromisoformat(self.period if self.kind == "tide" else f"{self.period}-01")
        start = int(first.replace(tzinfo=UTC).timestamp() * 1000) // DAY_MS
        if self.kind == "tide":
            return range(start, start + 1)
        following = (first + timedelta(days=32)).replace(day=1, tzinfo=UTC)
        return range(start, int(following.timestamp() * 1000) // DAY_MS)

    def in_progress(self, now_ms: int) -> bool:
        """Whether its period has begun and has not ended."""
        return now_ms // DAY_MS in self.days


def tide_name(now_ms: int) -> SecretName:
    """The tide of the day of `now_ms`."""
    return SecretName("tide", day_of(now_ms))


def routing_name(now_ms: int) -> SecretName:
    """The routing secret of the month of `now_ms`."""
    return SecretName("routing", month_of(now_ms))


def live(now_ms: int) -> list[SecretName]:
    """Every secret that may exist at `now_ms`: not yet expired, or made ahead."""
    times = [now_ms + days * DAY_MS for days in range(-DAYS_BEHIND, DAYS_AHEAD + 1)]
    named = dict.fromkeys([*map(tide_name, times), *map(routing_name, times), next_routing_name(now_ms)])
    return [name for name in named if name.expires_at_s * 1000 > now_ms]


def needed(now_ms: int) -> list[SecretName]:
    """What must always exist: the tides of tomorrow, today and the two days before, this and the next month's routing.

    A beacon may be 48 hours late, also on a stack that was first started this morning.
    """
    days = range(-DAYS_BEHIND, 2)
    return [routing_name(now_ms), next_routing_name(now_ms), *(tide_name(now_ms + day * DAY_MS) for day in days)]


def next_routing_name(now_ms: int) -> SecretName:
    """The routing secret of the month after the one of `now_ms`."""
    return routing_name(routing_name(now_ms).days.stop * DAY_MS)
