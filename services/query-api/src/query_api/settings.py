"""Settings of the query API, read from the environment once."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """One field a variable of the same name in capitals."""

    postgres_url: str
    """Sites and keys."""
    clickhouse_url: str
    """Events and visits."""
    host: str = "127.0.0.1"
    port: int = 7202
    dashboard_dir: str = ""
    """Folder of the built dashboard, served at `/`; empty serves none."""
    collector_url: str = ""
    """Where pages reach the collector; the dashboard's snippet names its script. Empty leaves that open."""
    places_credit: str = ""
    """Whom the geo database's licence wants linked, as `DB-IP https://db-ip.com`; the dashboard shows it."""
    requests_per_hour: int = 100_000
    """How many questions a key may ask in an hour of the clock."""
    question_timeout_s: int = 30
    """The engine gives a question up after this."""
    question_memory_mb: int = 4_096
    """The engine gives a question up that needs more."""
