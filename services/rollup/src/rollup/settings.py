"""What rollup is told: environment variables of these names in capitals, read once."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read with `runtime.settings.load`."""

    clickhouse_url: str
    postgres_url: str
    host: str = "127.0.0.1"
    port: int = 7206
    tick_s: float = 60.0
    """Between two looks at what events say; answers are right meanwhile, only slower."""
    most_days_a_tick: int = 40
    """Bounds one tick after an import of many days, for sessions and for roll-ups; the next goes on."""
    least_events: int = 100_000
    """A site with fewer events has no roll-ups: plain rows answer as soon."""
